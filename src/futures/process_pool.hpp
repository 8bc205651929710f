#pragma once

#include "futures/exit_watch.hpp"
#include "futures/scheduler.hpp"
#include "futures/supervisor.hpp"

#include <spritefarm/process_pool_executor.hpp>

#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace spritefarm {

/// The coordinator's side of a ProcessPoolExecutor: the requests of its callers and of its futures, and the
/// lock.
///
///     schedule(), recall(), terminate(), shutdown()          any thread
///               │
///               ▼
///           Scheduler ── actions ─▶ Supervisor ═ channels ═▶ workers
///               ▲                       │
///               └─────── events ────────┘                    m_thread: supervise()
///
/// The Scheduler decides, the Supervisor performs. The thread that causes an event performs its actions
/// before it releases the lock, so the submitting thread sends its call itself. Futures are completed without
/// the lock, since their callbacks may call the pool.
///
/// The executor and m_thread share it; calls hold it weakly.
class ProcessPoolExecutor::Pool final : public detail::CallOwner,
                                        public futures::FinishesAtExit,
                                        public std::enable_shared_from_this<Pool> {
 public:
  explicit Pool(const ProcessPoolExecutorOptions& options);
  ~Pool() override;
  /// Once, before anything else.
  void start();

  void schedule(std::shared_ptr<detail::RemoteCall> call);
  void start_workers(std::optional<int> count);
  void shutdown(bool wait, bool cancel_futures);
  void end_workers(int signal, const char* why);
  void suspend_workers();
  void resume_workers();
  [[nodiscard]] bool chooses_chunks() const noexcept { return m_options.max_result_size == 0; }
  [[nodiscard]] detail::LargeMemory& large_memory() const noexcept { return m_supervisor.large_requests(); }
  std::vector<int> worker_pids();
  int worker_deaths() const;
  /// What the executor's destructor does. Waits, unless shutdown(wait = false) was called.
  void release();
  /// In a forked child nothing of the pool works, and its destructor must not run.
  [[nodiscard]] bool belongs_to_this_process() const noexcept;

  bool recall(detail::Call& call) override;
  void refresh(detail::Call& call) override;
  bool terminate(detail::Call& call) override;
  void submit_again(std::vector<std::shared_ptr<detail::RemoteCall>> calls) override;
  void finish() override { end(true, false); }

 private:
  /// Completes a future once the lock is released: by the result, or the exception; neither: cancelled.
  struct Completion {
    std::shared_ptr<detail::RemoteCall> call;
    std::optional<futures::EncodedResult> result;
    std::exception_ptr exception;
  };
  using Completions = std::vector<Completion>;

  /// Whether shutdown(wait = false) has been called.
  bool lingers() const;
  /// Ends the pool once all calls are done, and waits for that if it can. False on the supervisor's own
  /// thread, in a callback, where it cannot.
  bool end(bool wait, bool cancel_futures);
  void supervise();
  /// The supervisor's thread, to be joined. Not joinable on that thread itself, in a callback that runs
  /// there.
  std::thread take_thread();
  void require_own_process() const;
  static void complete(Completions& completions);

  // With the lock.
  void require_open() const;
  void wait_for_room(std::unique_lock<std::mutex>& lock);
  void add(std::shared_ptr<detail::RemoteCall> call, futures::CallIndex index);
  void decide(Completions& completions);
  void perform_actions(Completions& completions, std::vector<futures::SpawnError>& errors);
  void take_results(std::vector<futures::CallResult>& results, Completions& completions);
  void complete_without_result(const futures::CompleteCall& done, Completions& completions);
  [[nodiscard]] std::exception_ptr exception_of(const futures::CompleteCall& done) const;
  std::shared_ptr<detail::RemoteCall> take(futures::CallIndex call);

  const ProcessPoolExecutorOptions m_options;
  const unsigned m_generation;  // posix::fork_generation() of the process that owns it
  mutable std::mutex m_mutex;
  futures::Supervisor m_supervisor;
  futures::Scheduler m_scheduler;
  std::vector<std::shared_ptr<detail::RemoteCall>> m_calls;  // by CallIndex; null: its future is complete
  std::optional<futures::Scheduler::Time> m_wakes_at;        // the end of the thread's wait; none: no end
  std::optional<futures::Scheduler::Time> m_suspended_at;
  std::size_t m_submitters = 0;    // that wait for room
  std::condition_variable m_room;  // for them
  bool m_lingers = false;
  bool m_cancels_futures = false;  // shutdown(cancel_futures = true) has been called
  std::thread m_thread;
};

}  // namespace spritefarm
