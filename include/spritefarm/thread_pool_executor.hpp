#pragma once

#include <spritefarm/detail/visibility.hpp>
#include <spritefarm/executor.hpp>
#include <spritefarm/when_full.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
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

  /// Calls `function` with each item of an array, vector or span, in place: nothing is copied, and no call is
  /// submitted for each item. At most max_workers threads take the items in pieces; the calling thread is one
  /// of them, unless it is none of the pool's and lacks its initializer. A function that takes a std::span of
  /// items gets whole pieces. Returns when all items are done. If the function throws, no further piece
  /// begins, and the first exception is thrown once no piece runs. Throws as submit(), and CancelledError if
  /// a shutdown() of another thread cancels what has not begun.
  /// Source: oneapi::tbb::parallel_for.
  template <std::ranges::contiguous_range Range, typename Function>
  requires std::ranges::sized_range<Range>
  void for_each(Range&& items, Function&& function) {
    const std::span all(std::ranges::data(items), std::ranges::size(items));
    run_loop(all.size(), [&](std::size_t begin, std::size_t end) {
      const auto piece = all.subspan(begin, end - begin);
      if constexpr (std::invocable<Function&, decltype(piece)>)
        function(piece);
      else
        for (auto& item : piece) function(item);
    });
  }

 private:
  /// Calls `run(begin, end)` in threads for the pieces of [0, size).
  void run_loop(std::size_t size, const std::function<void(std::size_t begin, std::size_t end)>& run);
  void schedule(std::shared_ptr<detail::Call> call) override;

  class Pool;
  std::shared_ptr<Pool> m_pool;
};

}  // namespace spritefarm
