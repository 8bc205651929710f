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
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <utility>
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
  /// The processes of the pool. LeakSanitizer starts another one when the coordinator exits, and waits for it
  /// for ever if it is killed.
  [[nodiscard]] std::vector<pid_t> pool_processes() const {
    std::vector<pid_t> found = others();
    std::erase_if(found, [](pid_t each) {
      const std::string name = state_of(each).name;
      return name != "zygote" && name != "standby" && !name.starts_with("worker ");
    });
    return found;
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

/// The same victims each time, unless the environment asks for others.
unsigned storm_seed() {
  const char* const seed = std::getenv("SPRITEFARM_TEST_SEED");
  return seed ? static_cast<unsigned>(std::atoi(seed)) : 250;
}

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Runs of the program in process mode, and one with threads to compare with.
class Storm {
 public:
  Storm(int pokemon, std::string transport) : m_pokemon(pokemon), m_transport(std::move(transport)) {}

  Outcome run_calm() { return run(program(arguments("calm", {"-t", "4"}))); }
  Outcome run_again() { return run(stormy_command()); }
  /// Kills one of its processes but the coordinator every `interval`, `duration` at most. If `waits`, it
  /// kills only after a new image since the last kill, so that the run also ends on a slow machine.
  Outcome run_stormy(std::chrono::milliseconds interval, std::chrono::seconds duration, bool waits) {
    const auto begin = Clock::now();
    MarkedRun stormy(stormy_command());
    std::ptrdiff_t images_before = 0;
    while (!stormy.ends_within(interval) && Clock::now() - begin < duration) {
      const std::vector<pid_t> processes = stormy.pool_processes();
      const auto images = count_images();
      if (processes.empty() || (waits && images <= images_before)) continue;
      images_before = images;
      kill_one_of(processes);
    }
    ended = stormy.ends_within(max_rest);
    if (!ended) stormy.process().send_signal(SIGKILL);
    Outcome outcome = stormy.process().finish();
    seconds = seconds_since(begin);
    left_no_process = stormy.leaves_no_process();
    return outcome;
  }
  [[nodiscard]] std::map<std::string, std::string> files(const std::string& folder) const {
    return read_tree(m_work / folder);
  }

  int kills = 0, zygotes = 0;  // killed
  bool ended = false, left_no_process = false;
  double seconds = 0;

 private:
  static constexpr auto max_rest = 180s;

  Command stormy_command() {
    return program(arguments("stormy", {"-p", "4", "-c", "4", "--transport", m_transport}));
  }
  std::vector<std::string> arguments(const std::string& folder, const std::vector<std::string>& mode) {
    std::vector<std::string> all{
        "--json", "--rate",       "0", "-n", std::to_string(m_pokemon), "--base-url", m_mirror.base_url(),
        "-o",     m_work / folder};
    all.insert(all.end(), mode.begin(), mode.end());
    return all;
  }
  [[nodiscard]] std::ptrdiff_t count_images() const {
    const std::vector<std::string> names = names_in(m_work / "stormy");
    return std::count_if(names.begin(), names.end(), [](const auto& name) { return name.ends_with(".png"); });
  }
  void kill_one_of(const std::vector<pid_t>& processes) {
    const pid_t victim = processes[m_random() % processes.size()];
    zygotes += state_of(victim).name == "zygote" ? 1 : 0;
    ++kills;
    ::kill(victim, SIGKILL);
  }

  const int m_pokemon;
  const std::string m_transport;
  const MirrorServer m_mirror{{"--latency", "10"}};
  const TempDir m_work;
  std::mt19937 m_random{storm_seed()};
};

}  // namespace

TEST_CASE("killing a worker or a zygote every 50 ms loses no sprite", "[faults][storm]") {
  const std::string transport = GENERATE("shm", "pipe");
  CAPTURE(transport);
  const int pokemon = faults_in_full() ? 1351 : 250;
  Storm storm(pokemon, transport);
  REQUIRE(storm.run_calm().exit_status == 0);
  const Outcome outcome = storm.run_stormy(50ms, 1h, true);
  INFO(outcome.err);
  REQUIRE(storm.ended);
  CHECK(outcome.exit_status == 0);
  CHECK(storm.kills > 3);
  const RunReport report(outcome.out);
  CHECK(report.count.at("selected") == static_cast<std::uint64_t>(pokemon));
  CHECK(storm.left_no_process);
  const auto calm = storm.files("calm");
  CHECK(calm.size() == pokemon - report.count.at("missing"));
  const auto stormy = without_parts(storm.files("stormy"));
  CHECK(stormy == calm);

  CHECK(RunReport(storm.run_again().out).count.at("unchanged") == calm.size());
  CHECK(storm.files("stormy") == calm);
  std::printf("%-34s %-9s exit %d  files %4zu/%-4zu kills %3d, %d of zygotes, %zu workers lost  %6.1f s\n",
              "killed every 50 ms", transport.c_str(), outcome.exit_status, stormy.size(), calm.size(),
              storm.kills, storm.zygotes, std::size_t{report.count.at("worker_deaths")}, storm.seconds);
}

TEST_CASE("a storm faster than workers can start ends, and the next run fetches the rest",
          "[faults][storm]") {
  const auto interval = GENERATE(20ms, 5ms);
  CAPTURE(interval.count());
  const int pokemon = 250;
  Storm storm(pokemon, "shm");
  REQUIRE(storm.run_calm().exit_status == 0);
  const Outcome outcome = storm.run_stormy(interval, 30s, false);
  INFO(outcome.err);
  REQUIRE(storm.ended);
  CHECK(storm.left_no_process);
  const auto calm = storm.files("calm");
  const std::size_t there = without_parts(storm.files("stormy")).size();
  if (outcome.exit_status == 0) {
    CHECK(there == calm.size());
  } else {
    CHECK((outcome.err.find("worker process") != std::string::npos ||
           outcome.err.find("zygote") != std::string::npos));
  }
  CHECK(storm.run_again().exit_status == 0);
  CHECK(storm.files("stormy") == calm);
  std::printf("killed every %2d ms %-16s %-9s exit %d  files %4zu/%-4zu kills %3d, %d of zygotes  %6.1f s\n",
              static_cast<int>(interval.count()), "", "shm", outcome.exit_status, there, calm.size(),
              storm.kills, storm.zygotes, storm.seconds);
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
