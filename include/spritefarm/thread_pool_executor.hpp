#pragma once

#include <spritefarm/executor.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace spritefarm {

struct ThreadPoolExecutorOptions {
  /// Threads at most; none: min(32, processors + 4).
  std::optional<int> max_workers = std::nullopt;
  /// Coroutines that one thread has in flight at most.
  int worker_concurrency = 1;
  /// Called in each thread before its first call. When it throws, the pool is broken.
  std::function<void()> initializer = {};
  /// The threads are called this, `_` and a number, as debuggers show them (15 characters are kept).
  std::string thread_name_prefix = "ThreadPool";
};

/// Runs calls in threads, which are started when a call comes and none is idle. Destroying it waits for all
/// calls; after shutdown(wait = false) it does not, and the process waits for them when it exits.
/// Source: concurrent.futures.ThreadPoolExecutor.
class ThreadPoolExecutor final : public Executor {
 public:
  /// Throws std::invalid_argument for a max_workers or a worker_concurrency below 1.
  explicit ThreadPoolExecutor(ThreadPoolExecutorOptions options = {});
  ~ThreadPoolExecutor() override;
  void shutdown(bool wait = true, bool cancel_futures = false) override;
  /// Starts threads before the first call needs them, until there are `count` (none: max_workers, which is also the
  /// most): each runs the initializer at once. Throws what submit() throws, std::system_error where the system gives
  /// not one thread. Source: prestartAllCoreThreads() of java.util.concurrent.ThreadPoolExecutor.
  void start_workers(std::optional<int> count = std::nullopt);

 private:
  [[nodiscard]] bool crosses_processes() const noexcept override { return false; }
  void schedule(std::shared_ptr<detail::Call> call) override;

  class Pool;
  std::shared_ptr<Pool> m_pool;
};

}  // namespace spritefarm
