#include "support/catch.hpp"
#include "support/file_tree.hpp"
#include "support/program.hpp"
#include "support/temp_dir.hpp"

#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

using namespace spritefarm::test;

namespace {

struct ProcessState {
  char letter = 'X';  ///< as in proc(5); X for one that is no more
  pid_t parent = 0;
};

ProcessState state_of(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  const std::string text(std::istreambuf_iterator<char>(stat), {});
  const std::size_t name_end = text.rfind(')');
  ProcessState state;
  if (name_end != std::string::npos)
    std::istringstream(text.substr(name_end + 1)) >> state.letter >> state.parent;
  return state;
}

/// A zombie may be left to an init that reaps nobody.
bool gone(pid_t pid) {
  const char letter = state_of(pid).letter;
  return letter == 'X' || letter == 'Z';
}

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const pid_t pid = std::stoi(name);
    if (state_of(pid).parent == parent && !gone(pid)) children.push_back(pid);
  }
  return children;
}

/// Asks again until it is so; a bound far above what it takes, for slow machines.
template <typename Condition>
bool comes_true(Condition condition) {
  for (int asked = 0; asked < 3000; ++asked) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

}  // namespace

TEST_CASE("-p 4 is a coordinator, a nursery and its four workers, and leaves nobody behind", "[tree]") {
  const TempDir work;
  const MirrorServer mirror({"--latency", "200"});
  Subprocess coordinator(
      program({"-p", "4", "-c", "1", "-n", "40", "--base-url", mirror.base_url(), "-o", work / "sprites"}));

  std::vector<pid_t> nursery, workers;
  const auto all_are_there = [&] {
    nursery = children_of(coordinator.pid());
    workers = nursery.size() == 1 ? children_of(nursery[0]) : std::vector<pid_t>{};
    return workers.size() == 4;
  };
  if (!comes_true(all_are_there)) FAIL(coordinator.stop().err);
  for (const pid_t worker : workers) CHECK(children_of(worker).empty());

  SECTION("when it is done") {
    const Outcome outcome = coordinator.finish();
    INFO(outcome.err);
    CHECK(outcome.exit_status == 0);
    CHECK(read_tree(work / "sprites").size() == 40);
  }
  SECTION("when it is interrupted") {
    coordinator.send_signal(SIGINT);
    const Outcome outcome = coordinator.finish();
    INFO(outcome.err);
    CHECK(outcome.exit_status == 130);
  }
  SECTION("when it is killed") {
    coordinator.send_signal(SIGKILL);
    CHECK(coordinator.finish().signal == SIGKILL);
  }
  CHECK(comes_true([&] { return gone(nursery[0]); }));
  for (const pid_t worker : workers) CHECK(comes_true([&] { return gone(worker); }));
  for (const auto& [name, bytes] : read_tree(work / "sprites")) {
    CAPTURE(name);
    CHECK((name.front() == '.' || bytes.substr(1, 3) == "PNG"));
  }
}

TEST_CASE("-t and -s fork nobody", "[tree]") {
  const std::vector<std::string> mode =
      GENERATE(std::vector<std::string>{"-t", "4", "-c", "1"}, std::vector<std::string>{"-s"});
  const TempDir work;
  const MirrorServer mirror({"--latency", "200"});
  std::vector<std::string> arguments = {"-n", "12", "--base-url", mirror.base_url(), "-o", work / "sprites"};
  arguments.insert(arguments.end(), mode.begin(), mode.end());
  Subprocess process(program(arguments));
  if (!comes_true([&] { return !read_tree(work / "sprites").empty(); })) FAIL(process.stop().err);
  CHECK(children_of(process.pid()).empty());
  CHECK(process.finish().exit_status == 0);
}
