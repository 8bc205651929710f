#pragma once

#include "conformance/executors.hpp"
#include "support/proc.hpp"

#include <memory>
#include <utility>
#include <vector>

/// The process pools that the process rows run over.
#define EVERY_PROCESS_POOL AnyProcesses

namespace spritefarm::test {

/// Makes pools with any options.
struct AnyProcesses {
  static std::unique_ptr<ProcessPoolExecutor> make(ProcessPoolExecutorOptions options = {}) {
    options.transport = transport();
    return std::make_unique<ProcessPoolExecutor>(std::move(options));
  }
};

/// The children of the calling process: none once its pools are gone.
std::vector<int> child_pids();
/// Waits until none of them is alive; false after a minute.
bool all_end(const std::vector<int>& pids);
/// Waits until this process has one thread: a pool that was shut down without waiting keeps one for a while, and no
/// process pool can be made until then.
bool is_alone();

// Calls that rows share. They run in a worker.
int worker_pid();
/// Ends the worker where it stands, with the code of the rows.
void exit_at_once();
/// Dies of a segmentation fault, whatever a sanitizer makes of one.
void crash();
/// Crashes once the gate is open.
void crash_at_gate(GateRef gate);

/// Whether the pool still runs calls.
inline bool is_usable(ProcessPoolExecutor& pool) {
  return pool.submit(multiply, 2, 8).result(a_minute) == 16;
}

}  // namespace spritefarm::test
