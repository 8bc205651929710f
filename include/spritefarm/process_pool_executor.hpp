#pragma once

#include <spritefarm/executor.hpp>
#include <spritefarm/initializer.hpp>
#include <spritefarm/transport.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace spritefarm {

/// What a pool does if a worker process dies without being ended by the pool.
enum class OnWorkerDeath {
  replace,    ///< the calls that it had started throw WorkerDied or are retried; other calls continue
  break_pool  ///< all calls throw BrokenProcessPool and the pool refuses new ones, as in Python
};

/// Options of ProcessPoolExecutor. Source: its arguments in Python; worker_concurrency, max_rss, transport,
/// on_worker_death and terminate_grace are additions.
struct ProcessPoolExecutorOptions {
  /// Maximum number of worker processes. None: the number of processors.
  std::optional<int> max_workers = std::nullopt;
  /// Maximum number of coroutines that one worker has in flight.
  int worker_concurrency = 1;
  /// Called in each worker before its first call. If it throws, the pool is broken.
  Initializer initializer = {};
  /// Number of calls after which a worker ends and is replaced. 0: no limit.
  int max_tasks_per_child = 0;
  /// Resident memory of a worker, in bytes, against calls that leak. 0: no limit. A worker measures it after
  /// each call. It expects the next call to add an amount that two earlier calls have added; if that exceeds
  /// the limit, it ends and is replaced. A single call that exceeds the limit is not stopped: its worker ends
  /// after it.
  std::size_t max_rss = 0;
  /// How calls and results reach the other process.
  Transport transport = Transport::shared_memory;
  /// What the death of a worker does to the pool.
  OnWorkerDeath on_worker_death = OnWorkerDeath::replace;
  /// Time between SIGTERM and SIGKILL for a worker that is told to end.
  std::chrono::milliseconds terminate_grace{500};
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
class ProcessPoolExecutor final : public Executor {
 public:
  /// Throws std::invalid_argument if max_workers or worker_concurrency is below 1 or another number is
  /// negative; std::logic_error if the program has several threads and no fork server; std::system_error if a
  /// process, a thread or a descriptor cannot be created.
  explicit ProcessPoolExecutor(ProcessPoolExecutorOptions options = {});
  ~ProcessPoolExecutor() override;

  /// As Executor::submit(). A call that cannot cross to another process does not compile.
  template <typename F, typename... Args>
  requires(!std::same_as<std::remove_cvref_t<F>, TaskOptions>) auto submit(F&& function, Args&&... args) {
    return submit(TaskOptions{}, std::forward<F>(function), std::forward<Args>(args)...);
  }
  template <typename F, typename... Args>
  auto submit(const TaskOptions& options, F&& function, Args&&... args) {
    static_assert(detail::portable_function<std::decay_t<F>>,
                  "this function object cannot be sent to another process: pass a plain function, "
                  "a lambda without captures, or an object whose type is Portable");
    static_assert(
        (Portable<detail::KeptT<Args>> && ...),
        "an argument of this call cannot be sent to another process: specialise spritefarm::Codec for its type");
    static_assert(detail::portable_result<detail::ResultOf<std::decay_t<F>, detail::KeptT<Args>...>>,
                  "the result of this call cannot be sent back: specialise spritefarm::Codec for its type");
    return Executor::submit(options, std::forward<F>(function), std::forward<Args>(args)...);
  }

  /// Forks workers before calls need them, until there are `count`, at most max_workers; none: max_workers.
  /// Each worker runs the initializer at once, for example to open connections. Does not wait for the
  /// workers. Throws as submit().
  /// Source: prestartAllCoreThreads() of java.util.concurrent.ThreadPoolExecutor.
  void start_workers(std::optional<int> count = std::nullopt);

  /// As Executor::shutdown(). Does not wait in a done callback on a thread of the pool, because it would wait
  /// for the callback. The same is true of terminate_workers(), kill_workers() and the destructor.
  void shutdown(bool wait = true, bool cancel_futures = false) override;
  /// Sends SIGTERM to all workers, SIGKILL after terminate_grace, and breaks the pool: running and waiting
  /// calls throw BrokenProcessPool. Returns when all workers have ended. Does nothing after shutdown() has
  /// ended them. Source: ProcessPoolExecutor.terminate_workers.
  void terminate_workers();
  /// The same with SIGKILL at once. Source: ProcessPoolExecutor.kill_workers.
  void kill_workers();

  /// The process ids of the workers. A worker is listed from before its first call until the pool has noticed
  /// its end.
  [[nodiscard]] std::vector<int> worker_pids() const;
  /// The number of workers that have died without being ended by the pool.
  [[nodiscard]] int worker_deaths() const;

 private:
  [[nodiscard]] bool crosses_processes() const noexcept override { return true; }
  void schedule(std::shared_ptr<detail::Call> call) override;

  class Pool;
  std::shared_ptr<Pool> m_pool;
};

}  // namespace spritefarm
