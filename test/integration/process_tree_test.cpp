#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/file_tree.hpp"
#include "support/proc.hpp"
#include "support/program.hpp"
#include "support/temp_dir.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>

using namespace spritefarm::test;

namespace {

constexpr std::chrono::seconds bound{30};  // for every wait

}  // namespace

TEST_CASE("-p 4 has a coordinator, a zygote, two standbys and four workers, and leaves no process behind",
          "[tree]") {
  const TempDir work;
  const MirrorServer mirror({"--latency", "200"});
  Subprocess coordinator(
      program({"-p", "4", "-c", "1", "-n", "40", "--base-url", mirror.base_url(), "-o", work / "sprites"}));

  std::vector<pid_t> forked_first, workers;
  const auto is_complete = [&] {
    forked_first = children_of(coordinator.pid());
    workers = children_of(child_named(coordinator.pid(), "zygote"));
    const auto is_standby = [](pid_t each) { return state_of(each).name == "standby"; };
    return forked_first.size() == 3 && workers.size() == 4 &&
           std::count_if(forked_first.begin(), forked_first.end(), is_standby) == 2;
  };
  if (!eventually(is_complete, bound)) FAIL(coordinator.stop().err);
  for (const pid_t each : workers) CHECK(children_of(each).empty());

  SECTION("done") {
    const Outcome outcome = coordinator.finish();
    INFO(outcome.err);
    CHECK(outcome.exit_status == 0);
    CHECK(read_tree(work / "sprites").size() == 40);
  }
  SECTION("interrupted") {
    coordinator.send_signal(SIGINT);
    const Outcome outcome = coordinator.finish();
    INFO(outcome.err);
    CHECK(outcome.signal == SIGINT);
  }
  SECTION("killed") {
    coordinator.send_signal(SIGKILL);
    CHECK(coordinator.finish().signal == SIGKILL);
  }
  for (const pid_t each : forked_first) CHECK(eventually([&] { return !is_alive(each); }, bound));
  for (const pid_t each : workers) CHECK(eventually([&] { return !is_alive(each); }, bound));
  for (const auto& [name, bytes] : read_tree(work / "sprites")) {
    CAPTURE(name);
    CHECK((name.front() == '.' || bytes.substr(1, 3) == "PNG"));
  }
}

TEST_CASE("-t and -s fork no process", "[tree]") {
  const std::vector<std::string> mode =
      GENERATE(std::vector<std::string>{"-t", "4", "-c", "1"}, std::vector<std::string>{"-s"});
  const TempDir work;
  const MirrorServer mirror({"--latency", "200"});
  std::vector<std::string> arguments = {"-n", "12", "--base-url", mirror.base_url(), "-o", work / "sprites"};
  arguments.insert(arguments.end(), mode.begin(), mode.end());
  Subprocess process(program(arguments));
  if (!eventually([&] { return !read_tree(work / "sprites").empty(); }, bound)) FAIL(process.stop().err);
  CHECK(children_of(process.pid()).empty());
  CHECK(process.finish().exit_status == 0);
}
