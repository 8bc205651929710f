#pragma once

#include "conformance/gate.hpp"
#include "support/eventually.hpp"

#include <spritefarm/futures.hpp>

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

/// The executors that the suite runs over: each row is a template test case over EVERY_EXECUTOR, EVERY_POOL or a single
/// kind. A Gate or Tally that calls use is made before the executor, so that forked workers share it.
#define EVERY_POOL Threads, Processes
#define EVERY_EXECUTOR Serial, EVERY_POOL

namespace spritefarm::test {

/// The bound of every wait: far above what anything takes, so that a hang is a failure.
inline constexpr std::chrono::seconds a_minute{60};

/// As few as make the rows mean something.
inline constexpr int worker_count = 2;

/// What the process pools of this run travel by: shared memory, or pipes where the environment says so. The suite runs
/// over both.
inline Transport transport() {
  const char* const asked_for = std::getenv("SPRITEFARM_TEST_TRANSPORT");
  return asked_for && std::string_view(asked_for) == "pipe" ? Transport::pipe : Transport::shared_memory;
}

struct ExecutorSettings {
  std::optional<int> max_workers = worker_count;
  std::function<void()> initializer = {};
};

struct Serial {
  static constexpr const char* name = "serial";  // as the programs know it
  using Executor = SerialExecutor;
  static constexpr bool forks = false;
  static std::unique_ptr<Executor> make(ExecutorSettings settings = {}) {
    return std::make_unique<Executor>(SerialExecutorOptions{std::move(settings.initializer)});
  }
};

struct Threads {
  static constexpr const char* name = "threads";  // as the programs know it
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
  static constexpr const char* name = "processes";  // as the programs know it
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

/// An exception's message; empty for null.
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
/// Waits at the gate, 0 when it has opened.
inline int pass(GateRef gate) {
  gate.pass();
  return 0;
}

}  // namespace spritefarm::test
