#include "system/termination_signals.hpp"

#include "posix/fork.hpp"
#include "support/catch.hpp"
#include "support/file_tree.hpp"
#include "support/forgotten_signals.hpp"
#include "support/temp_dir.hpp"

#include <spritefarm/event.hpp>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <functional>
#include <thread>

using namespace spritefarm;
using namespace std::chrono_literals;
using system::TerminationSignals;

namespace {

int signal_that_ends(const std::function<int()>& body) {
  const pid_t child = posix::fork_child(body);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

}  // namespace

TEST_CASE("a termination signal runs the callback on a separate thread", "[posix][signals]") {
  const int signal = GENERATE(SIGINT, SIGTERM, SIGHUP);
  const test::ForgottenSignals at_end;
  Event came;
  std::thread::id where;
  const TerminationSignals signals([&] {
    where = std::this_thread::get_id();
    came.set();
  });
  CHECK_FALSE(signals.pending());
  std::raise(signal);
  came.wait();
  CHECK(where != std::this_thread::get_id());
  CHECK(signals.pending());
}

TEST_CASE("a process dies of the signal that it has met", "[posix][signals]") {
  const int signal = GENERATE(SIGINT, SIGTERM, SIGHUP);
  CHECK(signal_that_ends([signal] {
          {
            const TerminationSignals signals;
            std::raise(signal);
            signals.wait();
          }
          return system::die_of_signal();
        }) == signal);
}

TEST_CASE("a second signal ends the process at once, although the callback still runs", "[posix][signals]") {
  CHECK(signal_that_ends([] {
          std::atomic<int> calls = 0;
          const TerminationSignals signals([&calls] {
            ++calls;
            while (true) ::pause();
          });
          std::raise(SIGTERM);
          std::raise(SIGTERM);  // within duplicate_interval: counts as the same signal
          while (calls == 0) std::this_thread::sleep_for(1ms);
          while (true) {
            std::this_thread::sleep_for(TerminationSignals::duplicate_interval);
            std::raise(SIGINT);
          }
          return 0;
        }) == SIGINT);
}

TEST_CASE("nothing is written after the farewell of a second signal", "[posix][signals]") {
  const test::TempDir folder;
  const std::string path = folder / "stderr";
  for (int i = 0; i < 20; ++i) {
    CHECK(signal_that_ends([&path] {
            const int file = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_APPEND, 0600);
            ::dup2(file, STDERR_FILENO);
            const TerminationSignals signals("farewell");
            std::atomic<bool> has_begun = false;
            const std::jthread writer([&has_begun] {
              system::write_to_stderr("a bar ");
              has_begun = true;
              has_begun.notify_one();
              while (true) system::write_to_stderr("a bar ");
            });
            has_begun.wait(false);
            while (true) {
              std::raise(SIGTERM);
              std::this_thread::sleep_for(TerminationSignals::duplicate_interval);
            }
            return 0;
          }) == SIGTERM);
    const std::string written = test::read_file(path);
    CAPTURE(written.size(), written.substr(written.size() - std::min<std::size_t>(written.size(), 30)));
    CHECK(written.ends_with("a bar farewell"));
  }
}

TEST_CASE("without a signal the callback never runs, and the destructor restores the old handler",
          "[posix][signals]") {
  struct sigaction before, after;
  ::sigaction(SIGTERM, nullptr, &before);
  bool called = false;
  {
    const TerminationSignals signals([&] { called = true; });
  }
  ::sigaction(SIGTERM, nullptr, &after);
  CHECK(!called);
  CHECK(before.sa_handler == after.sa_handler);
  CHECK(signal_that_ends([] {
          const TerminationSignals signals;
          return 0;
        }) == 0);
}

TEST_CASE("a signal that was ignored stays ignored", "[posix][signals]") {
  CHECK(signal_that_ends([] {
          ::signal(SIGHUP, SIG_IGN);
          const TerminationSignals signals;
          std::raise(SIGHUP);
          std::raise(SIGTERM);
          return signals.pending() ? system::die_of_signal() : 0;
        }) == SIGTERM);
}
