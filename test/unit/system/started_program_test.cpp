#include "system/started_program.hpp"

#include "support/catch.hpp"

#include <string>
#include <system_error>
#include <utility>

using namespace std::chrono_literals;
using spritefarm::system::StartedProgram;

TEST_CASE("a started program gets its input, and its errors are kept", "[system][started]") {
  StartedProgram shell({"sh", "-c", "read -r a; echo \"$a and the rest\" >&2; cat >&2; exit 3"}, "one\n");
  CHECK_FALSE(shell.wait_for_end(0ms));
  shell.close_input();
  REQUIRE(shell.wait_for_end(60s));
  CHECK(shell.errors() == "one and the rest\n");
  CHECK(shell.exit_status() == 3);
}

TEST_CASE("of a program's errors the end is kept", "[system][started]") {
  StartedProgram shell({"sh", "-c", "i=0; while [ $i -lt 1500 ]; do echo line $i; i=$((i+1)); done >&2"}, "");
  while (!shell.wait_for_end(1ms)) CHECK(shell.errors().size() <= 4096);
  CHECK(shell.errors().size() == 4096);
  CHECK(shell.errors().ends_with("line 1499\n"));
  CHECK(shell.exit_status() == 0);
}

TEST_CASE("a started program that cannot be started throws, one that runs is killed", "[system][started]") {
  CHECK_THROWS_AS(StartedProgram({"/no/such/program"}, ""), std::system_error);
  StartedProgram moved_from({"sleep", "3600"}, "");
  const StartedProgram sleeping(std::move(moved_from));
  CHECK_FALSE(sleeping.wait_for_end(0ms));
}

TEST_CASE("the status of a program that a signal has ended tells the signal", "[system][started]") {
  StartedProgram shell({"sh", "-c", "kill -TERM $$"}, "");
  REQUIRE(shell.wait_for_end(60s));
  CHECK(shell.exit_status() == 128 + 15);
}
