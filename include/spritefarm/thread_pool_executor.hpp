#pragma once

#include <spritefarm/detail/visibility.hpp>
#include <spritefarm/executor.hpp>
#include <spritefarm/when_full.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace SPRITEFARM_API spritefarm {

/// Options of ThreadPoolExecutor. Source: its arguments in Python; worker_concurrency is an addition.
struct ThreadPoolExecutorOptions {
  /// Maximum number of threads. None: min(32, processors + 4).
  std::optional<int> max_workers = std::nullopt;
  /// Maximum number of coroutines that one thread has in flight.
  int worker_concurrency = 1;
  /// Maximum number of calls that are submitted and have not ended, against memory without limit. 0: no
  /// limit.
  int max_outstanding = 0;
  /// What submit() does then. map() waits or throws as it does, unless its buffersize is smaller.
  WhenFull when_full = WhenFull::wait;
  /// Called in each thread before its first call. If it throws, the pool is broken.
  std::function<void()> initializer = {};
  /// The name of a thread is this, `_` and a number. Debuggers show its first 15 bytes.
  std::string thread_name_prefix = "ThreadPool";
};

/// Runs calls in threads. Starts a thread when a call is submitted and no thread is idle. The destructor
/// waits for all calls. After shutdown(false) it does not wait; the process then waits for them when it
/// exits.
/// Source: concurrent.futures.ThreadPoolExecutor.
class ThreadPoolExecutor final : public LocalExecutor {
 public:
  /// Throws std::invalid_argument if max_workers or worker_concurrency is below 1, or max_outstanding below
  /// 0.
  explicit ThreadPoolExecutor(ThreadPoolExecutorOptions options = {});
  ~ThreadPoolExecutor() override;
  void shutdown(bool wait = true, bool cancel_futures = false) override;
  /// Starts threads before calls need them, until there are `count`, at most max_workers; none: max_workers.
  /// Each thread runs the initializer at once. Throws as submit(), and std::system_error if not even one
  /// thread can be started.
  /// Source: prestartAllCoreThreads() of java.util.concurrent.ThreadPoolExecutor.
  void start_workers(std::optional<int> count = std::nullopt);

 private:
  void schedule(std::shared_ptr<detail::Call> call) override;

  class Pool;
  std::shared_ptr<Pool> m_pool;
};

}  // namespace spritefarm
