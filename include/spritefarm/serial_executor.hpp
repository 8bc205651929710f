#pragma once

#include <spritefarm/executor.hpp>

#include <functional>
#include <memory>

namespace spritefarm {

struct SerialExecutorOptions {
  /// Called once, before the first call, on its thread. When it throws, the executor is broken.
  std::function<void()> initializer = {};
};

/// Runs each call within submit(), on the caller's thread, one after another; the future comes back done. A
/// coroutine runs to its end on an event loop of the executor's own. For comparison, debugging and tests: the
/// same program without any concurrency. Calls must come from one thread at a time.
class SerialExecutor final : public Executor {
 public:
  explicit SerialExecutor(SerialExecutorOptions options = {});
  ~SerialExecutor() override;
  void shutdown(bool wait = true, bool cancel_futures = false) override;

 private:
  [[nodiscard]] bool crosses_processes() const noexcept override { return false; }
  void schedule(std::shared_ptr<detail::Call> call) override;

  struct State;
  std::unique_ptr<State> m_state;
};

}  // namespace spritefarm
