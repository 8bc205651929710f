#pragma once

#include "futures/exit_watch.hpp"

#include <spritefarm/thread_pool_executor.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace spritefarm {

/// The threads of a ThreadPoolExecutor, their common queue of calls, and who of them is waiting for one.
///
///     schedule() ─▶ m_queue ─▶ worker 0: event loop, up to worker_concurrency calls
///                         └──▶ worker 1: …
///
/// A worker takes one call at a time and looks at its loop in between, so that calls spread over the workers
/// that have room. One that finds the queue empty is listed in m_waiting and woken by the next schedule().
///
/// Shared by the executor, the threads and, weakly, by the calls.
class ThreadPoolExecutor::Pool final : public detail::CallOwner,
                                       public FinishesAtExit,
                                       public std::enable_shared_from_this<Pool> {
 public:
  explicit Pool(ThreadPoolExecutorOptions options);
  ~Pool() override;
  void schedule(std::shared_ptr<detail::LocalCall> call);
  void start_workers(std::optional<int> count);
  void shutdown(bool wait, bool cancel_futures);
  /// Whether shutdown(wait = false) has been called: then the executor's destructor does not wait either.
  bool lingers() const;
  /// In a forked child there are no threads, and the pool's destructor must not run.
  [[nodiscard]] bool belongs_to_this_process() const noexcept;

  bool recall(detail::Call&) override { return false; }  // one that waits is in the queue still
  void refresh(detail::Call&) override {}
  bool terminate(detail::Call& call) override;
  void finish() override { shutdown(true, false); }

 private:
  struct Worker {
    EventLoop* loop = nullptr;  // set by its thread, under the mutex, while that runs
    int in_flight = 0;          // its thread's alone
    bool waiting = false;       // listed in m_waiting
    bool idle = false;          // waits with nothing in flight
    std::thread thread;
  };

  void work(Worker& worker, int number);
  void serve(Worker& worker, EventLoop& loop);
  void run(Worker& worker, std::shared_ptr<detail::LocalCall> call);
  std::shared_ptr<detail::LocalCall> take_or_wait(Worker& worker);
  void break_pool(const char* what, std::exception_ptr cause);
  void require_own_process() const;
  // With the mutex held:
  bool start_worker();
  void wake_one();
  void require_usable() const;

  const ThreadPoolExecutorOptions m_options;
  const unsigned m_generation;  // posix::fork_generation() of the process that owns it
  mutable std::mutex m_mutex;
  std::deque<std::shared_ptr<detail::LocalCall>> m_queue;
  std::vector<std::unique_ptr<Worker>> m_workers;
  std::vector<Worker*> m_waiting;  // idle ones at the end
  bool m_shut_down = false;
  bool m_lingers = false;
  std::string m_broken;  // why
};

}  // namespace spritefarm
