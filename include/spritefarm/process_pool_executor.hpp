#pragma once

#include <spritefarm/detail/visibility.hpp>
#include <spritefarm/duration.hpp>
#include <spritefarm/executor.hpp>
#include <spritefarm/initializer.hpp>
#include <spritefarm/transport.hpp>
#include <spritefarm/when_full.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace SPRITEFARM_API spritefarm {
namespace detail {
class EncodedCall;
}

/// What a pool does if a worker process dies without being ended by the pool.
enum class OnWorkerDeath {
  replace,    ///< the calls that it had started throw WorkerDied or are retried; other calls continue
  break_pool  ///< all calls throw BrokenProcessPool and the pool refuses new ones, as in Python
};

/// Options of ProcessPoolExecutor. Source: its arguments in Python; worker_concurrency,
/// max_outstanding, when_full, max_rss, max_result_size, transport, on_worker_death and terminate_grace are
/// additions.
struct ProcessPoolExecutorOptions {
  /// Maximum number of worker processes. None: the number of processors.
  std::optional<int> max_workers = std::nullopt;
  /// Maximum number of coroutines that one worker has in flight.
  int worker_concurrency = 1;
  /// Maximum number of calls that are submitted and have not ended, against memory without limit. 0: no
  /// limit.
  int max_outstanding = 0;
  /// What submit() does then. map() waits or throws as it does, unless its buffersize is smaller.
  WhenFull when_full = WhenFull::wait;
  /// Called in each worker before its first call. If it throws, the pool is broken.
  Initializer initializer = {};
  /// Number of calls after which a worker ends and is replaced. 0: no limit.
  int max_tasks_per_child = 0;
  /// Resident memory of a worker, in bytes, against calls that leak. 0: no limit. A worker measures it after
  /// each call. It expects the next call to add an amount that two earlier calls have added; if that exceeds
  /// the limit, it ends and is replaced. A single call that exceeds the limit is not stopped: its worker ends
  /// after it.
  std::size_t max_rss = 0;
  /// Encoded size of a result, in bytes. 0: no limit but memory. A worker that sends more is killed, as one
  /// that sends what this process has no memory for. The results of a chunk count together; so with a limit
  /// map() makes chunks of one item unless MapOptions::chunksize says otherwise.
  std::size_t max_result_size = 0;
  /// How calls and results reach the other process.
  Transport transport = Transport::shared_memory;
  /// What the death of a worker does to the pool.
  OnWorkerDeath on_worker_death = OnWorkerDeath::replace;
  /// Time between SIGTERM and SIGKILL for a worker that is told to end.
  Duration terminate_grace = std::chrono::milliseconds(500);
};

/// Lets a program create process pools after it has started threads. Call it first in main(): it forks a
/// process, the fork server, from which those pools are forked later. A second call does nothing. Throws
/// std::logic_error if the program has several threads already, and std::system_error if the fork fails.
/// Source: multiprocessing.set_start_method("forkserver").
void prepare_to_fork();

/// Runs calls in forked worker processes. The constructor forks a helper process, the zygote, which forks the
/// workers on demand, and two standbys, which replace it if it is killed. Each of them has one thread. So
/// create the pool before the program starts its first thread, or call prepare_to_fork() before that: the
/// constructor refuses to fork a program that has several threads.
///
/// If a worker dies, the calls that it had started throw WorkerDied or are retried (TaskOptions::retries).
/// The pool replaces the worker, and its other calls run elsewhere. A killed zygote costs its workers. When
/// this process ends by any cause, the zygote and the workers end too. The destructor waits for all calls.
/// After shutdown(false) it does not wait; the process then waits for them when it exits. Source:
/// concurrent.futures.ProcessPoolExecutor.
class ProcessPoolExecutor final : public RemoteExecutor {
 public:
  /// Throws std::invalid_argument if max_workers or worker_concurrency is below 1 or another number is
  /// negative; std::logic_error if the program has several threads and no fork server; std::system_error if a
  /// process, a thread or a descriptor cannot be created.
  explicit ProcessPoolExecutor(ProcessPoolExecutorOptions options = {});
  ~ProcessPoolExecutor() override;

  /// Forks workers before calls need them, until there are `count`, at most max_workers; none: max_workers.
  /// Each worker runs the initializer at once, for example to open connections. Does not wait for the
  /// workers. Throws as submit().
  /// Source: prestartAllCoreThreads() of java.util.concurrent.ThreadPoolExecutor.
  void start_workers(std::optional<int> count = std::nullopt);

  /// As Executor::shutdown(). Throws std::logic_error in another process, such as in a call.
  void shutdown(bool wait = true, bool cancel_futures = false) override;
  /// Sends SIGTERM to all workers, SIGKILL after terminate_grace, and breaks the pool: running and waiting
  /// calls throw BrokenProcessPool. Returns when all workers have ended. Does nothing after shutdown() has
  /// ended them, and does not wait in a callback on a thread of the pool. Source:
  /// ProcessPoolExecutor.terminate_workers.
  void terminate_workers();
  /// The same with SIGKILL at once. Source: ProcessPoolExecutor.kill_workers.
  void kill_workers();

  /// Stops the workers and their descendants by SIGSTOP, until resume_workers() continues them. For a program
  /// that handles SIGTSTP: workers have process groups of their own, so Ctrl-Z does not reach them. The time
  /// between the two counts for no timeout. Workers that start meanwhile run.
  void suspend_workers();
  /// Continues the workers that suspend_workers() stopped.
  void resume_workers();

  /// The process ids of the workers. A worker is listed from before its first call until the pool has noticed
  /// its end.
  [[nodiscard]] std::vector<int> worker_pids() const;
  /// The number of workers that have died without being ended by the pool.
  [[nodiscard]] int worker_deaths() const;

 private:
  detail::LargeMemory* large_memory() noexcept override;
  [[nodiscard]] bool chooses_chunks() const noexcept override;
  void schedule(std::shared_ptr<detail::Call> call) override;
  friend class detail::EncodedCall;

  class Pool;
  std::shared_ptr<Pool> m_pool;
};

}  // namespace spritefarm
