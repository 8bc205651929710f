#include "posix/fork.hpp"
#include "support/catch.hpp"
#include "system/interruption_watch.hpp"

#include <spritefarm/event.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <thread>

using namespace spritefarm;
using namespace std::chrono_literals;

TEST_CASE("a termination signal runs the callback on a separate thread", "[posix][signals]") {
  const int signal = GENERATE(SIGINT, SIGTERM);
  Event came;
  std::thread::id where;
  const system::InterruptionWatch watch(
      [&] {
        where = std::this_thread::get_id();
        came.set();
      },
      130);
  std::raise(signal);
  came.wait();
  CHECK(where != std::this_thread::get_id());
}

TEST_CASE("a second signal ends the process at once, although the callback still runs", "[posix][signals]") {
  const pid_t child = posix::fork_child([] {
    std::atomic<int> calls = 0;
    const system::InterruptionWatch watch(
        [&calls] {
          ++calls;
          while (true) ::pause();
        },
        42);
    std::raise(SIGTERM);
    std::raise(SIGTERM);  // within duplicate_interval: counts as the same signal
    while (calls == 0) std::this_thread::sleep_for(1ms);
    while (true) {
      std::this_thread::sleep_for(system::InterruptionWatch::duplicate_interval);
      std::raise(SIGINT);
    }
    return 0;
  });
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 42);
}

TEST_CASE("without a signal the callback never runs, and the destructor restores the old handler",
          "[posix][signals]") {
  struct sigaction before, after;
  ::sigaction(SIGTERM, nullptr, &before);
  bool called = false;
  {
    const system::InterruptionWatch watch([&] { called = true; }, 130);
  }
  ::sigaction(SIGTERM, nullptr, &after);
  CHECK(!called);
  CHECK(before.sa_handler == after.sa_handler);
}
