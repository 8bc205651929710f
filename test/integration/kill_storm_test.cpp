#include "integration/fault_matrix.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/file_tree.hpp"
#include "support/nginx_server.hpp"
#include "support/pokeapi_folder.hpp"
#include "support/proc.hpp"
#include "support/program.hpp"
#include "support/run_report.hpp"
#include "support/temp_dir.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

using namespace spritefarm::test;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

/// A run of the program whose processes can all be found by an environment variable, also after their parents
/// have died.
class MarkedRun {
 public:
  explicit MarkedRun(Command command) : m_process(marked(std::move(command))) {}

  Subprocess& process() { return m_process; }
  /// Waits at most `max_wait`; returns whether the run has ended.
  bool ends_within(std::chrono::milliseconds max_wait) {
    pollfd end{m_process.pidfd(), POLLIN, 0};
    return ::poll(&end, 1, static_cast<int>(max_wait.count())) > 0;
  }
  /// Its processes except the coordinator.
  [[nodiscard]] std::vector<pid_t> others() const {
    std::vector<pid_t> all = processes_with("SPRITEFARM_TEST_MARK=" + m_mark);
    std::erase_if(all, [this](pid_t each) { return each == m_process.pid() || !is_alive(each); });
    return all;
  }
  /// Waits, with a bound, until none of them is left.
  [[nodiscard]] bool leaves_no_process() const {
    return eventually([this] { return others().empty(); }, 30s);
  }

 private:
  Command marked(Command command) {
    static int number = 0;
    m_mark = std::to_string(::getpid()) + "-" + std::to_string(++number);
    command.environment["SPRITEFARM_TEST_MARK"] = m_mark;
    return command;
  }
  std::string m_mark;
  Subprocess m_process;
};

std::map<std::string, std::string> without_parts(std::map<std::string, std::string> tree) {
  std::erase_if(tree, [](const auto& file) { return file.first.ends_with(".part"); });
  return tree;
}

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace

TEST_CASE("killing a worker or a zygote every 50 ms loses no sprite", "[faults][storm]") {
  const std::string transport = GENERATE("shm", "pipe");
  CAPTURE(transport);
  const int pokemon = faults_in_full() ? 1351 : 250;
  const MirrorServer mirror({"--latency", "10"});
  const TempDir work;
  const auto arguments = [&](const std::string& folder, const std::vector<std::string>& mode) {
    std::vector<std::string> all{"--json",     "--rate",          "0",  "-n",         std::to_string(pokemon),
                                 "--base-url", mirror.base_url(), "-o", work / folder};
    all.insert(all.end(), mode.begin(), mode.end());
    return all;
  };
  const std::vector<std::string> mode{"-p", "4", "-c", "4", "--transport", transport};
  REQUIRE(run(program(arguments("calm", {"-t", "4"}))).exit_status == 0);

  std::mt19937 random(static_cast<unsigned>(pokemon));
  int kills = 0, zygotes = 0;
  const auto begin = Clock::now();
  MarkedRun stormy(program(arguments("stormy", mode)));
  std::ptrdiff_t there = 0;
  while (!stormy.ends_within(50ms)) {
    const std::vector<pid_t> others = stormy.others();
    const std::vector<std::string> names = names_in(work / "stormy");
    const auto images =
        std::count_if(names.begin(), names.end(), [](const auto& name) { return name.ends_with(".png"); });
    // Wait for a new image before each kill, so that the run also ends on a slow machine.
    if (others.empty() || images <= there) continue;
    there = images;
    const pid_t victim = others[random() % others.size()];
    zygotes += state_of(victim).name == "zygote" ? 1 : 0;
    ++kills;
    ::kill(victim, SIGKILL);
  }
  const Outcome outcome = stormy.process().finish();
  const double seconds = seconds_since(begin);
  INFO(outcome.err);
  CHECK(outcome.exit_status == 0);
  CHECK(kills > 3);
  const RunReport report(outcome.out);
  CHECK(report.count.at("selected") == static_cast<std::uint64_t>(pokemon));
  CHECK(stormy.leaves_no_process());
  const auto calm = read_tree(work / "calm");
  CHECK(calm.size() == pokemon - report.count.at("missing"));
  const auto stormy_tree = without_parts(read_tree(work / "stormy"));
  CHECK(stormy_tree == calm);

  const Outcome again = run(program(arguments("stormy", mode)));
  CHECK(RunReport(again.out).count.at("unchanged") == calm.size());
  CHECK(read_tree(work / "stormy") == calm);
  std::printf("%-34s %-9s exit %d  files %4zu/%-4zu kills %3d, %d of zygotes, %zu workers lost  %6.1f s\n",
              "killed every 50 ms", transport.c_str(), outcome.exit_status, stormy_tree.size(), calm.size(),
              kills, zygotes, std::size_t{report.count.at("worker_deaths")}, seconds);
}

TEST_CASE("a coordinator killed at any moment leaves no process, and the next run fetches the rest",
          "[faults][storm]") {
  const PokeapiFolder pokeapi;
  const auto expected = pokeapi.front_sprites();
  std::mt19937 random(50);
  const int moments = faults_in_full() ? 50 : 6;
  std::size_t max_extra = 0, min_there = expected.size(), max_there = 0;
  double max_seconds = 0.4;
  for (int moment = 0; moment < moments; ++moment) {
    NginxServer nginx(pokeapi.path(), {"pokeapi.co", "raw.githubusercontent.com"});
    const TempDir work;
    const Command command = program({"-p", "4", "-c", "2", "--rate", "0", "--json", "--connect-to",
                                     nginx.connect_to("pokeapi.co"), "--connect-to",
                                     nginx.connect_to("raw.githubusercontent.com"), "--cacert",
                                     nginx.ca_file(), "-o", work / "sprites"});
    const auto begin = Clock::now();
    MarkedRun killed(command);
    const std::chrono::duration<double> until(max_seconds * static_cast<double>(random() % 1000) / 1000);
    if (killed.ends_within(std::chrono::duration_cast<std::chrono::milliseconds>(until)))
      max_seconds = seconds_since(begin);
    killed.process().send_signal(SIGKILL);
    killed.process().finish();
    CHECK(killed.leaves_no_process());
    const std::size_t there = without_parts(read_tree(work / "sprites")).size();
    for (const auto& [name, bytes] : without_parts(read_tree(work / "sprites")))
      CHECK((bytes.size() > 8 && bytes.substr(1, 3) == "PNG" && bytes.ends_with("\xae\x42\x60\x82")));

    const Outcome outcome = run(command);
    INFO(outcome.err);
    CHECK(outcome.exit_status == 0);
    CHECK(read_tree(work / "sprites").size() == expected.size());
    std::map<std::string, int> downloads;  // without the revalidations, which are answered with 304
    for (const NginxRequest& request : nginx.stop())
      if (request.status == 200) ++downloads[request.host + request.uri];
    std::size_t extra = 0;
    for (const auto& [url, times] : downloads) {
      CAPTURE(url);
      CHECK(times <= 2);
      extra += times > 1 ? 1 : 0;
    }
    max_extra = std::max(max_extra, extra);
    CHECK(extra <= expected.size());
    min_there = std::min(min_there, there);
    max_there = std::max(max_there, there);
  }
  std::printf(
      "%-34s %-9s exit 0  files %4zu/%-4zu killed at %d moments, with %zu to %zu files; at most %zu extra "
      "requests\n",
      "coordinator killed, run again", "shm", expected.size(), expected.size(), moments, min_there, max_there,
      max_extra);
}
