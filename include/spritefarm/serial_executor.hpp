#pragma once

#include <spritefarm/detail/visibility.hpp>
#include <spritefarm/executor.hpp>

#include <functional>
#include <memory>

namespace SPRITEFARM_API spritefarm {

/// Options of SerialExecutor.
struct SerialExecutorOptions {
  /// Called once before the first call, on its thread. If it throws, the executor is broken.
  std::function<void()> initializer = {};
};

/// Runs each call within submit(), on the calling thread; the future is done when submit() returns. A
/// coroutine runs to its end on an event loop of the executor. For comparison, debugging and tests: the same
/// program without concurrency. One thread at a time may use it. TaskOptions have no effect on plain
/// functions. Has no counterpart in Python.
class SerialExecutor final : public LocalExecutor {
 public:
  /// Does nothing yet: the initializer runs before the first call.
  explicit SerialExecutor(SerialExecutorOptions options = {});
  ~SerialExecutor() override;
  void shutdown(bool wait = true, bool cancel_futures = false) override;

 private:
  void schedule(std::shared_ptr<detail::Call> call) override;

  struct State;
  std::shared_ptr<State> m_state;  // a call keeps it while it runs
};

}  // namespace spritefarm
