#include "system/stop_signal.hpp"

#include "posix/fork.hpp"
#include "support/catch.hpp"

#include <spritefarm/event.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

using namespace spritefarm;
using system::StopSignal;

namespace {

/// Runs `body` in a child, as a shell's job. Continues it whenever it stops. Returns how often it stopped.
int stops_of(const std::function<void()>& body) {
  const pid_t child = posix::fork_child([&body] {
    posix::lead_own_group();
    body();
    return 0;
  });
  for (int stops = 0;; ++stops) {
    int status = 0;
    REQUIRE(::waitpid(child, &status, WUNTRACED) == child);
    if (!WIFSTOPPED(status)) {
      CHECK(WIFEXITED(status));
      CHECK(WEXITSTATUS(status) == 0);
      return stops;
    }
    CHECK(WSTOPSIG(status) == SIGTSTP);
    ::kill(child, SIGCONT);
  }
}

}  // namespace

TEST_CASE("Ctrl-Z stops the process between two callbacks", "[posix][signals]") {
  CHECK(stops_of([] {
          Event continued;
          bool was_asked = false;
          const StopSignal stop([&was_asked] { was_asked = true; }, [&continued] { continued.set(); });
          ::raise(SIGTSTP);
          continued.wait();
          if (!was_asked) ::_exit(1);
        }) == 1);
}

TEST_CASE("a second Ctrl-Z before the process has stopped counts as the same one", "[posix][signals]") {
  CHECK(stops_of([] {
          Event continued;
          const StopSignal stop([] { ::raise(SIGTSTP); }, [&continued] { continued.set(); });
          ::raise(SIGTSTP);
          continued.wait();
        }) == 1);
}

TEST_CASE("without a thread, Ctrl-Z waits for its owner", "[posix][signals]") {
  CHECK(stops_of([] {
          StopSignal stop;
          if (stop.pending()) ::_exit(1);
          for (int i = 0; i < 2; ++i) {
            ::raise(SIGTSTP);
            ::raise(SIGTSTP);
            if (!stop.pending()) ::_exit(2);
            stop.stop();
            if (stop.pending()) ::_exit(3);
          }
        }) == 2);
}

TEST_CASE("a Ctrl-Z that was ignored stays ignored", "[posix][signals]") {
  CHECK(stops_of([] {
          ::signal(SIGTSTP, SIG_IGN);
          {
            const StopSignal stop([] { ::_exit(1); }, [] { ::_exit(2); });
            ::raise(SIGTSTP);
          }
          const StopSignal polled;
          ::raise(SIGTSTP);
          if (polled.pending()) ::_exit(3);
        }) == 0);
}
