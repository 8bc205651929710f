#pragma once

#include "conformance/gate.hpp"
#include "support/eventually.hpp"

#ifdef SPRITEFARM_WITH_CLUSTER
#include <spritefarm/cluster.hpp>
#endif
#include <spritefarm/futures.hpp>

#include <sys/types.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

/// The executors of the suite. Each row is a template test case over EVERY_EXECUTOR, EVERY_POOL or one kind.
/// A test creates the Gate of its calls before the executor, so that forked workers share it. Nodes needs
/// RabbitMQ: `make check-conformance-cluster` runs its rows, and the other checks leave them out.
#define EVERY_LOCAL_POOL Threads, Processes
#define EVERY_LOCAL_EXECUTOR Serial, EVERY_LOCAL_POOL
#ifdef SPRITEFARM_WITH_CLUSTER
#define EVERY_POOL EVERY_LOCAL_POOL, Nodes
#else
#define EVERY_POOL EVERY_LOCAL_POOL
#endif
#define EVERY_EXECUTOR Serial, EVERY_POOL

namespace spritefarm::test {

/// The bound of every wait, so that a hang is a failure. Nothing takes nearly as long.
inline constexpr std::chrono::seconds a_minute{60};

/// The smallest number of workers with which every row is meaningful.
inline constexpr int worker_count = 2;

/// The transport of the process pools of this run: shared memory, or pipes if SPRITEFARM_TEST_TRANSPORT is
/// `pipe`. The suite runs once over each.
inline Transport transport() {
  const char* const requested = std::getenv("SPRITEFARM_TEST_TRANSPORT");
  return requested && std::string_view(requested) == "pipe" ? Transport::pipe : Transport::shared_memory;
}

struct ExecutorSettings {
  std::optional<int> max_workers = worker_count;
  std::function<void()> initializer = {};
};

struct Serial {
  static constexpr const char* name = "serial";  // an argument of the programs
  using Executor = SerialExecutor;
  static constexpr bool forks = false;
  static std::unique_ptr<Executor> make(ExecutorSettings settings = {}) {
    return std::make_unique<Executor>(SerialExecutorOptions{std::move(settings.initializer)});
  }
};

struct Threads {
  static constexpr const char* name = "threads";  // an argument of the programs
  using Executor = ThreadPoolExecutor;
  static constexpr bool forks = false;
  static std::unique_ptr<Executor> make(ExecutorSettings settings = {}) {
    ThreadPoolExecutorOptions options;
    options.max_workers = settings.max_workers;
    options.initializer = std::move(settings.initializer);
    return std::make_unique<Executor>(std::move(options));
  }
};

struct Processes {
  static constexpr const char* name = "processes";  // an argument of the programs
  using Executor = ProcessPoolExecutor;
  static constexpr bool forks = true;
  static std::unique_ptr<Executor> make(ExecutorSettings settings = {}) {
    ProcessPoolExecutorOptions options;
    options.transport = transport();
    options.max_workers = settings.max_workers;
    options.initializer = std::move(settings.initializer);
    return std::make_unique<Executor>(std::move(options));
  }
};

#ifdef SPRITEFARM_WITH_CLUSTER
/// The broker of Nodes. Defined by each program.
Broker test_broker();

/// A ClusterExecutor and one node, which this process forks, so that the workers share the gates. Keeps no
/// more calls in the broker than the node has slots: those that wait can be cancelled, as in a pool.
struct Nodes {
  static constexpr const char* name = "nodes";  // an argument of the programs
  using Executor = ClusterExecutor;
  static constexpr bool forks = true;
  /// Destroys the executor, then ends its node.
  struct End {
    pid_t node = -1;
    void operator()(ClusterExecutor* executor) const;
  };
  /// The initializer is none or a plain function.
  static std::unique_ptr<Executor, End> make(ExecutorSettings settings = {});
  /// The processes are those of the node.
  static bool left_no_process() { return true; }
};
#endif

/// The message of an exception. Empty for null.
inline std::string message_of(const std::exception_ptr& exception) {
  try {
    if (exception) std::rethrow_exception(exception);
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

// Calls that rows share.
inline int multiply(int a, int b) {
  return a * b;
}
inline int divide(int a, int b) {
  if (b == 0) throw std::domain_error("division by zero");
  return a / b;
}
inline int absolute(int a) {
  return a < 0 ? -a : a;
}
/// Waits at the gate, and returns 0.
inline int pass(GateRef gate) {
  gate.pass();
  return 0;
}

}  // namespace spritefarm::test
