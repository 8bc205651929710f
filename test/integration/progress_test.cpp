#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/proc.hpp"
#include "support/program.hpp"
#include "support/temp_dir.hpp"
#include "system/termination_signals.hpp"

#include <algorithm>
#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace spritefarm::test;
using spritefarm::system::TerminalSize;
using spritefarm::system::TerminationSignals;

namespace {

/// A terminal with the control sequences that the program uses.
class Screen {
 public:
  explicit Screen(const std::string& written) {
    m_lines.emplace_back();
    for (std::size_t at = 0; at < written.size(); ++at) {
      const char byte = written[at];
      if (byte == '\r') {
        m_column = 0;
      } else if (byte == '\n') {
        if (++m_row == m_lines.size()) m_lines.emplace_back();
        m_column = 0;
      } else if (byte == '\x1b') {
        const std::size_t end = written.find_first_not_of("[0123456789", at + 1);
        const std::string number = written.substr(at + 2, end - at - 2);
        if (written[end] == 'm') {
          // a colour
        } else if (written[end] == 'A') {
          REQUIRE(m_row >= std::stoul(number));
          m_row -= std::stoul(number);
        } else if (written[end] == 'J') {
          REQUIRE(m_column == 0);
          m_lines.resize(m_row + 1);
          m_lines.back().clear();
        } else {
          FAIL("unknown control sequence " << written.substr(at + 1, end - at));
        }
        at = end;
      } else {
        std::string& line = m_lines[m_row];
        if ((byte & 0xc0) != 0x80) ++m_column;
        line += byte;
        m_max_columns = std::max(m_max_columns, m_column);
      }
    }
  }

  /// The lines on the screen.
  [[nodiscard]] const std::vector<std::string>& lines() const { return m_lines; }
  /// The greatest number of columns ever used.
  [[nodiscard]] std::size_t max_columns() const { return m_max_columns; }

 private:
  std::vector<std::string> m_lines;
  std::size_t m_row = 0, m_column = 0, m_max_columns = 0;
};

Command farm(const MirrorServer& mirror, const TempDir& work, std::vector<std::string> more) {
  more.insert(more.end(), {"--json", "-p", "2", "-c", "1", "-n", "40", "--base-url", mirror.base_url(), "-o",
                           work / "sprites"});
  Command command = program(std::move(more));
  command.environment["TERM"] = "xterm";
  return command;
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a terminal shows the progress of a run, and is clean at the end", "[progress]") {
  const MirrorServer mirror({"--latency", "20"});
  const TempDir work;
  const bool is_verbose = GENERATE(false, true);
  Command command =
      farm(mirror, work, is_verbose ? std::vector<std::string>{"-v"} : std::vector<std::string>{});
  command.terminal = TerminalSize{100, 24};
  const Outcome outcome = run(std::move(command));
  INFO(outcome.err);
  CHECK(outcome.exit_status == 0);
  CHECK(holds(outcome.err, " of 40 pokémon"));
  CHECK(holds(outcome.err, " sprites/s"));
  CHECK(holds(outcome.err, "█"));
  CHECK(holds(outcome.err, "worker 2 ") == is_verbose);
  const Screen screen(outcome.err);
  CHECK(screen.max_columns() < 100);
  CHECK(screen.lines().size() == (is_verbose ? 42 : 1));  // one for each sprite, and the sandbox
  for (const std::string& line : screen.lines()) {
    CAPTURE(line);
    CHECK(
        (line.empty() || holds(line, " front_default") || line.starts_with("the sandbox of the workers: ")));
  }
}

TEST_CASE("the progress fits a terminal that becomes narrower and one with few rows", "[progress]") {
  const MirrorServer mirror({"--latency", "20"});
  const TempDir work;
  SECTION("narrower") {
    Command command = farm(mirror, work, {});
    command.terminal = TerminalSize{120, 24};
    Subprocess process(std::move(command));
    process.wait_for_message(" sprites/s");
    process.resize({30, 24});
    process.wait_for_message("\x1b[J", 20);  // the first may have been drawn before the resize
    process.send_signal(SIGINT);
    const std::string written = process.finish().err;
    const std::size_t last = written.rfind(" pokémon");
    const std::size_t begin = written.rfind("\x1b[J", last) + 3;
    CHECK(Screen(written.substr(begin, written.find('\r', begin) - begin)).max_columns() < 30);
  }
  SECTION("40 columns") {
    Command command = farm(mirror, work, {});
    command.terminal = TerminalSize{40, 24};
    Subprocess process(std::move(command));
    process.wait_for_message(" of 40 pokémon  ");
    process.wait_for_message(" left");  // rather than the bar
    process.send_signal(SIGINT);
    CHECK(holds(process.finish().err, " left"));
  }
  SECTION("few rows") {
    Command command = farm(mirror, work, {"-v"});
    command.terminal = TerminalSize{100, 4};
    Subprocess process(std::move(command));
    process.wait_for_message("and 2 more workers");
    process.send_signal(SIGINT);
    CHECK(process.finish().signal == SIGINT);
  }
}

TEST_CASE("a simple terminal gets messages at intervals, a file or -q gets no progress", "[progress]") {
  const MirrorServer silent({"--fault", "stall:100%"}), mirror({"--latency", "20"});
  const TempDir work, other;
  std::vector<std::unique_ptr<Subprocess>> simple;
  for (const char* const name : {"dumb", "unknown", ""}) {
    Command command = farm(silent, work, {"--timeout", "3600"});
    command.terminal = TerminalSize{100, 24};
    command.environment["TERM"] = name;
    simple.push_back(std::make_unique<Subprocess>(std::move(command)));
  }

  const Outcome plain = run(farm(mirror, other, {}));
  CHECK(plain.exit_status == 0);
  CHECK(plain.err.empty());
  Command quiet = farm(mirror, other, {"-q", "--refresh"});
  quiet.terminal = TerminalSize{100, 24};
  const Outcome silence = run(std::move(quiet));
  CHECK(silence.exit_status == 0);
  CHECK(silence.err.empty());

  for (const std::unique_ptr<Subprocess>& process : simple) {
    process->wait_for_message("reading the index\r\n");
    process->send_signal(SIGINT);
    CHECK(!holds(process->finish().err, "\x1b"));
  }
}

TEST_CASE("NO_COLOR takes away the colours of the progress alone, C its UTF-8", "[progress]") {
  const MirrorServer mirror({"--latency", "20"});
  const TempDir work;
  Command command = farm(mirror, work, {});
  command.terminal = TerminalSize{100, 24};
  command.environment["NO_COLOR"] = "1";
  command.environment["LC_ALL"] = "C";
  const Outcome outcome = run(std::move(command));
  CHECK(outcome.exit_status == 0);
  CHECK(holds(outcome.err, "#.."));
  CHECK(holds(outcome.err, " of 40 pokemon"));
  CHECK(holds(outcome.err, "\x1b[J"));
  CHECK_FALSE(holds(outcome.err, "\x1b[3"));
}

TEST_CASE("a second signal in a run ends it at once and leaves the terminal clean",
          "[progress][interruption]") {
  const int second = GENERATE(SIGTERM, SIGHUP);
  const std::string mode = GENERATE(as<std::string>(), "-p", "-t");
  CAPTURE(second, mode);
  const MirrorServer mirror({"--latency", "20", "--fault", "stall:30%"});
  // The second signal may come late, when the run has ended or reports.
  bool has_ended_run = false;
  for (int attempt = 0; attempt < 20 && !has_ended_run; ++attempt) {
    const TempDir work;
    Command command = program({"-v", "--json", mode, "2", "-c", "4", "--timeout", "3600", "--base-url",
                               mirror.base_url(), "-o", work / "sprites", "1-40"});
    command.environment["TERM"] = "xterm";
    command.environment["TMPDIR"] = work.path();
    command.terminal = TerminalSize{100, 24};
    Subprocess process(std::move(command));
    process.wait_for_message("█");
    process.send_signal(SIGINT);
    std::this_thread::sleep_for(TerminationSignals::duplicate_interval + std::chrono::milliseconds(10));
    process.send_signal(second);
    const Outcome outcome = process.finish();
    INFO(outcome.err);
    CHECK((outcome.signal == second || outcome.signal == SIGINT));
    const Screen screen(outcome.err);
    CHECK(screen.lines().back().empty());
    for (const std::string& line : screen.lines()) {
      CAPTURE(line);
      CHECK_FALSE(holds(line, "█"));
      CHECK_FALSE(holds(line, " in flight "));
    }
    has_ended_run =
        outcome.signal == second && outcome.out.empty() && !holds(outcome.err, "spritefarm: interrupted");
    CHECK(eventually([&] { return processes_with("TMPDIR=" + work.path().string()).empty(); }));
  }
  CHECK(has_ended_run);
}
