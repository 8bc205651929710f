// exit_scenario EXECUTOR SCENARIO: exits while an executor is busy. Prints the events.

#include "conformance/executors.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string_view>

using namespace spritefarm;
using namespace spritefarm::test;

namespace {

std::unique_ptr<Executor> make(std::string_view kind, int max_workers) {
  if (kind == Threads::name) return Threads::make({.max_workers = max_workers});
  if (kind == Processes::name) return Processes::make({.max_workers = max_workers});
#ifdef SPRITEFARM_WITH_CLUSTER
  // The node ends with this process.
  if (kind == Nodes::name)
    return std::unique_ptr<Executor>(Nodes::make({.max_workers = max_workers}).release());
#endif
  throw std::invalid_argument("no such executor: " + std::string(kind));
}

// Never destroyed: the library must handle them at exit.
Executor* executor;
Gate* gate;

/// Opens the gate when the program exits. Runs before the exit handler of the library, because it is
/// registered after it.
void open_gate_at_exit() {
  std::atexit([] { gate->open(); });
}

void print(std::string_view line) {
  std::cout << line << std::endl;
}
int pass_and_print_apple(GateRef ref) {
  ref.pass();
  print("apple");
  return 0;
}
int print_apple() {
  print("apple");
  return 0;
}

/// Exits while calls run and wait.
void exit_without_shutdown(std::string_view kind) {
  executor = make(kind, 1).release();
  for (int i = 0; i < 3; ++i) executor->submit(pass_and_print_apple, gate->ref());
  open_gate_at_exit();
}

/// Submits a call in an exit handler that runs after that of the library.
void submit_at_exit(std::string_view kind) {
  std::atexit([] {
    try {
      executor->submit(print_apple);
      print("accepted");
    } catch (const std::runtime_error&) {
      print("runtime-error");
    }
  });
  executor = make(kind, 1).release();
  executor->submit(multiply, 6, 7).result(a_minute);
}

/// Shuts down without waiting, and destroys the executor, while a call runs.
void shutdown_without_wait(std::string_view kind) {
  auto owned = make(kind, 3);
  owned->submit(pass_and_print_apple, gate->ref());
  gate->wait_for_arrivals(1);
  owned->shutdown(false);
  owned.reset();
  print("destroyed");
  open_gate_at_exit();
}

void cancel_without_wait(std::string_view kind) {
  const auto owned = make(kind, 1);
  owned->submit(print_apple);
  owned->shutdown(false, true);
}

/// Forks in a call. The child, which has no threads of the pool, exits.
void fork_in_a_call(std::string_view kind) {
  executor = make(kind, 1).release();
  const Future<int> status = executor->submit([] {
    const pid_t child = ::fork();
    if (child == 0) std::exit(0);
    int how = -1;
    if (!eventually([&] { return ::waitpid(child, &how, WNOHANG) != 0; })) ::kill(child, SIGKILL);
    return how;
  });
  std::cout << status.result() << std::endl;
}

/// A call that submits itself again until its executor refuses it.
struct Resubmitted {
  Executor* executor;
  void operator()() const {
    try {
      executor->submit(*this);
    } catch (const std::runtime_error&) {
    }
  }
};

/// Creates process pools while the executor is never idle. Prints how many of them give the correct result.
void pools_beside_busy_threads(std::string_view kind) {
  prepare_to_fork();
  const auto busy = make(kind, 1);
  busy->submit(Resubmitted{busy.get()});
  int correct = 0;
  for (int i = 0; i < 20; ++i)
    correct += Processes::make({.max_workers = 1})->submit(multiply, i, 2).result(a_minute) == 2 * i;
  std::cout << correct << std::endl;
}

/// Creates a process pool in a call.
void pool_in_a_call(std::string_view kind) {
  prepare_to_fork();
  const Future<int> result = make(kind, 1)->submit(
      [] { return Processes::make({.max_workers = 1})->submit(multiply, 6, 7).result(a_minute); });
  std::cout << result.result() << std::endl;
}

}  // namespace

#ifdef SPRITEFARM_WITH_CLUSTER
Broker spritefarm::test::test_broker() {
  return {};  // that of the environment
}
#endif

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: exit_scenario EXECUTOR SCENARIO\n";
    return 2;
  }
  const std::string_view kind = argv[1], scenario = argv[2];
  gate = new Gate;
  if (scenario == "exit-without-shutdown")
    exit_without_shutdown(kind);
  else if (scenario == "submit-at-exit")
    submit_at_exit(kind);
  else if (scenario == "shutdown-without-wait")
    shutdown_without_wait(kind);
  else if (scenario == "cancel-without-wait")
    cancel_without_wait(kind);
  else if (scenario == "fork-in-a-call")
    fork_in_a_call(kind);
  else if (scenario == "pools-beside-busy-threads")
    pools_beside_busy_threads(kind);
  else if (scenario == "pool-in-a-call")
    pool_in_a_call(kind);
  else
    return 2;
  return 0;
}
