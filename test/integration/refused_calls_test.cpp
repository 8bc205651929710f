#include "support/call_filter.hpp"
#include "support/catch.hpp"
#include "support/changing_api.hpp"
#include "support/program.hpp"
#include "support/temp_dir.hpp"

#include <sys/syscall.h>

#include <cerrno>
#include <string>

using namespace spritefarm::test;

namespace {

struct Row {
  const char* name;
  int number;
  bool threads_need_it;  // as do processes
};

Outcome run_without(const Row& row, int error, const std::string& mode) {
  ChangingApi api(10);
  const TempDir work;
  Command command = program({mode, "--base-url", api.base_url(), "-o", work / "sprites"});
  command.refused_call = {row.number, error};
  return run(std::move(command));
}

}  // namespace

TEST_CASE("a system call that a container refuses is named, with what works without it", "[container]") {
  const Row row = GENERATE(Row{"pidfd_open", SYS_pidfd_open, false}, Row{"socketpair", SYS_socketpair, true},
                           Row{"eventfd", SYS_eventfd2, true}, Row{"epoll_create1", SYS_epoll_create1, true});
  const int error = GENERATE(EPERM, ENOSYS);
  CAPTURE(row.name, error);
  const Outcome outcome = run_without(row, error, "-p2");
  INFO(outcome.err);
  CHECK(outcome.exit_status == 1);
  CHECK(outcome.err.find(row.name) != outcome.err.npos);
  CHECK(outcome.err.find("a container's seccomp profile may forbid it") != outcome.err.npos);
  CHECK(outcome.err.find("(-t)") != outcome.err.npos);
  if (!row.threads_need_it) CHECK(run_without(row, error, "-t2").exit_status == 0);
}

TEST_CASE("a refused clone3 is named, as no mode works without threads", "[container]") {
  const std::string mode = GENERATE(as<std::string>(), "-p2", "-t2", "-s");
  CAPTURE(mode);
  const Outcome outcome = run_without({"clone3", SYS_clone3, true}, EPERM, mode);
  INFO(outcome.err);
  CHECK(outcome.exit_status == 1);
  CHECK(outcome.err.find("clone3 is refused (a container's seccomp profile may forbid it)") !=
        outcome.err.npos);
  CHECK(outcome.err.find("(-t)") == outcome.err.npos);
}

TEST_CASE("a run does without the system calls that have a substitute", "[container]") {
  const Row row =
      GENERATE(Row{"memfd_create", SYS_memfd_create, false}, Row{"clone3", SYS_clone3, false},
               Row{"close_range", SYS_close_range, false},
               Row{"pidfd_send_signal", SYS_pidfd_send_signal, false}, Row{"prctl", SYS_prctl, false});
  const std::string mode = GENERATE(as<std::string>(), "-p2", "-t2", "-s");
  CAPTURE(row.name, mode);
  CHECK(run_without(row, ENOSYS, mode).exit_status == 0);
}
