#pragma once

#include "conformance/executors.hpp"
#include "support/proc.hpp"

#include <memory>
#include <utility>
#include <vector>

/// The process pools of the rows about processes.
#define EVERY_PROCESS_POOL AnyProcesses
#ifdef SPRITEFARM_WITH_CLUSTER
#define EVERY_REMOTE_EXECUTOR EVERY_PROCESS_POOL, Nodes
#else
#define EVERY_REMOTE_EXECUTOR EVERY_PROCESS_POOL
#endif

namespace spritefarm::test {

/// The children of the calling process. None after the destruction of its pools.
std::vector<int> child_pids();

/// Creates process pools with any options.
struct AnyProcesses {
  static std::unique_ptr<ProcessPoolExecutor> make(ProcessPoolExecutorOptions options = {}) {
    options.transport = transport();
    return std::make_unique<ProcessPoolExecutor>(std::move(options));
  }
  /// After the destruction of the pools.
  static bool left_no_process() { return child_pids().empty(); }
};

/// Waits until none of them is alive. False after a minute.
bool all_end(const std::vector<int>& pids);
/// Waits until this process has one thread. A pool that was shut down without waiting keeps a thread for a
/// while, and no process pool can be created before it ends.
bool is_alone();

// Functions that rows call in a worker.
int worker_pid();
/// Ends the worker by _exit(99).
void exit_at_once();
/// Dies of SIGSEGV, without the handler of a sanitizer.
void crash();
/// Crashes once the gate is open.
void crash_at_gate(GateRef gate);

/// True if the pool still runs calls.
inline bool is_usable(Executor& pool) {
  return pool.submit(multiply, 2, 8).result(a_minute) == 16;
}

}  // namespace spritefarm::test
