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

/// What a pool does when a worker process dies although nobody asked it to.
enum class OnWorkerDeath {
  replace,    ///< the calls that it had started fail with WorkerDied or are retried; all others run on
  break_pool  ///< all calls fail with BrokenProcessPool, and no more are accepted: what Python does
};

struct ProcessPoolExecutorOptions {
  /// Worker processes at most; none: the number of processors.
  std::optional<int> max_workers = std::nullopt;
  /// Coroutines that one worker has in flight at most.
  int worker_concurrency = 1;
  /// Called in each worker before its first call. When it throws, the pool is broken.
  Initializer initializer = {};
  /// A worker that has run so many calls ends and is replaced; 0: it never does.
  int max_tasks_per_child = 0;
  /// Bytes of resident memory that a worker stays under when its calls leak; 0: no limit. It is measured after each call,
  /// and ends and is replaced when the next one would take it over the limit if it added as much as two before it have
  /// added. So a single call that needs more than there is left is not stopped: its worker ends after it.
  std::size_t max_rss = 0;
  Transport transport = Transport::shared_memory;
  OnWorkerDeath on_worker_death = OnWorkerDeath::replace;
  /// How long a worker that is told to end by SIGTERM may take until SIGKILL.
  std::chrono::milliseconds terminate_grace{500};
};

/// For a program that makes process pools after it has started threads: call it first in main(). It forks a process
/// from which such pools are then forked; it does nothing when it is called again. Throws std::logic_error when the
/// program has several threads already, std::system_error when the system refuses a process.
/// Source: multiprocessing.set_start_method("forkserver").
void prepare_to_fork();

/// Runs calls in forked worker processes. The workers are forked on demand by a helper process, the zygote. The
/// constructor forks it and two standbys, which replace it if it is killed; none of them ever has threads. So make the pool
/// before the program starts its first thread, or call prepare_to_fork() before that: the constructor refuses to fork a
/// program that has several. A worker that dies costs the calls that it had started, which fail with WorkerDied or are
/// retried (TaskOptions); it is replaced, and what waited at it runs elsewhere. A zygote that is killed costs its workers. When this process ends, however it ends, zygote and workers end too. Destroying the pool waits
/// for all calls; after shutdown(wait = false) it does not, and the process waits for them when it exits.
/// Source: concurrent.futures.ProcessPoolExecutor.
class ProcessPoolExecutor final : public Executor {
 public:
  /// Throws std::invalid_argument for a max_workers or a worker_concurrency below 1 or another negative number,
  /// std::logic_error in a program that has threads already, std::system_error when the system refuses a process or
  /// a descriptor.
  explicit ProcessPoolExecutor(ProcessPoolExecutorOptions options = {});
  ~ProcessPoolExecutor() override;

  /// As Executor::submit(); what cannot cross to another process does not compile.
  template <typename F, typename... Args>
  requires(!std::same_as<std::remove_cvref_t<F>, TaskOptions>) auto submit(F&& function, Args&&... args) {
    return submit(TaskOptions{}, std::forward<F>(function), std::forward<Args>(args)...);
  }
  template <typename F, typename... Args>
  auto submit(const TaskOptions& options, F&& function, Args&&... args) {
    static_assert(
        detail::portable_function<std::decay_t<F>>,
        "this function object cannot travel to another process: pass a plain function, a lambda without "
        "captures, or an object whose type is Portable");
    static_assert((Portable<detail::KeptT<Args>> && ...),
                  "an argument of this call cannot travel to another process: specialise spritefarm::Codec "
                  "for its type");
    static_assert(detail::portable_result<detail::ResultOf<std::decay_t<F>, detail::KeptT<Args>...>>,
                  "the result of this call cannot travel back: specialise spritefarm::Codec for its type");
    return Executor::submit(options, std::forward<F>(function), std::forward<Args>(args)...);
  }

  /// Forks workers before the first call needs them, until there are `count` (none: max_workers, which is also the
  /// most): each runs its initializer at once, so that what it takes to be ready, such as connections, is taken
  /// observer. Does not wait for them. Throws what submit() throws.
  /// Source: prestartAllCoreThreads() of java.util.concurrent.ThreadPoolExecutor.
  void start_workers(std::optional<int> count = std::nullopt);

  /// As Executor::shutdown(). In a done callback that the pool itself calls it does not wait, since it would wait for the
  /// callback; nor do the two below, nor the destructor.
  void shutdown(bool wait = true, bool cancel_futures = false) override;
  /// Sends SIGTERM to all workers and ends the pool: calls that run or wait fail with BrokenProcessPool. Returns when
  /// all workers have ended; nothing where they have already, after shutdown().
  void terminate_workers();
  /// The same with SIGKILL.
  void kill_workers();

  /// The process ids of the workers that live now: of each from before its first call until its death has been seen.
  [[nodiscard]] std::vector<int> worker_pids() const;
  /// How many workers have died so far without having been asked to end.
  [[nodiscard]] int worker_deaths() const;

 private:
  [[nodiscard]] bool crosses_processes() const noexcept override { return true; }
  void schedule(std::shared_ptr<detail::Call> call) override;

  class Pool;
  std::shared_ptr<Pool> m_pool;
};

}  // namespace spritefarm
