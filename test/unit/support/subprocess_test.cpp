#include "support/subprocess.hpp"

#include "support/catch.hpp"

#include <csignal>
#include <stdexcept>

using namespace spritefarm::test;
using namespace std::chrono_literals;

TEST_CASE("a subprocess tells its exit status and all that it printed", "[support]") {
  const std::string much(1 << 20, 'x');
  const Outcome outcome = run({{"sh", "-c", "cat; echo $ANSWER >&2; exit 3"}, {{"ANSWER", "42"}}, much});
  CHECK(outcome.exit_status == 3);
  CHECK(outcome.signal == 0);
  CHECK(outcome.out == much);
  CHECK(outcome.err == "42\n");
}

TEST_CASE("a subprocess tells the signal that ended it", "[support]") {
  const Outcome outcome = run({{"sh", "-c", "kill -SEGV $$"}});
  CHECK(outcome.exit_status == -1);
  CHECK(outcome.signal == SIGSEGV);
}

TEST_CASE("a subprocess can be read line by line and stopped", "[support]") {
  Subprocess process({{"sh", "-c", "echo one; echo two; exec sleep 1000"}});
  CHECK(process.read_line() == "one");
  CHECK(process.read_line() == "two");
  CHECK(process.stop().signal == SIGTERM);
}

TEST_CASE("a subprocess that takes too long is killed", "[support]") {
  Subprocess process({{"sleep", "1000"}});
  CHECK_THROWS_AS(process.finish(10ms), std::runtime_error);
  CHECK(kill(process.pid(), 0) == -1);
}

TEST_CASE("a program that cannot be run is an exception", "[support]") {
  CHECK_THROWS_AS(run({{"no-such-program-anywhere"}}), std::runtime_error);
}
