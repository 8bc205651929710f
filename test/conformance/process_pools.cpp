#include "conformance/process_pools.hpp"

#include "posix/threads.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>
#include <string>

namespace spritefarm::test {

std::vector<int> child_pids() {
  return children_of(::getpid());
}

bool all_end(const std::vector<int>& pids) {
  return eventually([&pids] { return std::none_of(pids.begin(), pids.end(), is_alive); });
}

bool is_alone() {
  return eventually([] { return posix::count_threads() == 1; });
}

int worker_pid() {
  return ::getpid();
}

void exit_at_once() {
  ::_exit(99);
}

void crash() {
  (void)std::signal(SIGSEGV, SIG_DFL);
  (void)std::raise(SIGSEGV);
}

void crash_at_gate(GateRef gate) {
  gate.pass();
  crash();
}

}  // namespace spritefarm::test
