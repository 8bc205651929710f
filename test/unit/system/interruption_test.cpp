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

TEST_CASE("a termination signal calls the watch, on a thread of its own", "[posix][signals]") {
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

TEST_CASE("a further signal ends the process at once, whatever the first is at", "[posix][signals]") {
  const pid_t child = posix::fork_child([] {
    std::atomic<int> calls = 0;
    const system::InterruptionWatch watch(
        [&calls] {
          ++calls;
          while (true) ::pause();
        },
        42);
    std::raise(SIGTERM);
    std::raise(SIGTERM);  // the same moment: no further one
    while (calls == 0) std::this_thread::sleep_for(1ms);
    while (true) {
      std::this_thread::sleep_for(system::InterruptionWatch::same_moment);
      std::raise(SIGINT);
    }
    return 0;
  });
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 42);
}

TEST_CASE("a watch that ends without a signal calls nobody and puts the old handler back",
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
