#pragma once

#include "futures/exit_watch.hpp"
#include "futures/local_call_queue.hpp"
#include "futures/stop_timer.hpp"

#include <spritefarm/thread_pool_executor.hpp>

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace spritefarm {

/// The threads of a ThreadPoolExecutor, their queue of calls, and the list of threads that wait for a call.
///
///     schedule() ─▶ m_queue ─▶ worker 0: event loop, up to worker_concurrency calls
///                         └──▶ worker 1: …
///
/// A worker takes one call from the queue, then runs its loop once, so calls spread over the workers that
/// have room. A worker that finds the queue empty adds itself to m_waiting; the next schedule() wakes it. The
/// threads block all signals.
///
/// What would wait for a worker in one of its own calls or callbacks does not: shutdown() throws there, the
/// executor's destructor and the exit of the process leave the thread behind.
///
/// Shared by the executor and the threads; the calls hold weak references. Any thread: m_mutex guards the
/// members.
class ThreadPoolExecutor::Pool final : public detail::CallOwner,
                                       public futures::FinishesAtExit,
                                       public std::enable_shared_from_this<Pool> {
 public:
  explicit Pool(ThreadPoolExecutorOptions options);
  ~Pool() override;
  void schedule(std::shared_ptr<detail::LocalCall> call);
  void start_workers(std::optional<int> count);
  void shutdown(bool wait, bool cancel_futures);
  /// What the executor's destructor does. Waits, unless shutdown(false) was called.
  void release();
  [[nodiscard]] std::size_t max_workers() const noexcept {
    return static_cast<std::size_t>(*m_options.max_workers);
  }
  /// True in one of the threads.
  [[nodiscard]] bool is_pool_thread() const noexcept;
  /// True if calls can run in the calling thread, too.
  [[nodiscard]] bool can_run_here() const noexcept { return is_pool_thread() || !m_options.initializer; }
  /// Throws as schedule() does if no call can be submitted.
  void check_open() const;
  /// False in a forked child, where the threads do not exist and the destructor of the pool must not run.
  [[nodiscard]] bool belongs_to_this_process() const noexcept;

  bool recall(detail::Call&) override { return false; }  // a waiting call is still in the queue
  void refresh(detail::Call&) override {}
  bool terminate(detail::Call& call) override;
  void finish() override;

 private:
  struct Worker {
    EventLoop* loop = nullptr;  // the thread sets it while it runs
    int in_flight = 0;          // used by the thread only
    std::size_t ended = 0;      // calls that the pool still counts; used by the thread only
    bool waiting = false;       // is in m_waiting
    bool idle = false;          // waits with no call in flight
    std::thread thread;
  };

  /// A coroutine that a worker runs, and the loop on which it runs.
  struct Coroutine {
    std::shared_ptr<detail::LocalCall> call;
    EventLoop* loop;
  };

  using Threads = std::vector<std::thread>;

  /// Refuses new calls, and takes over the threads to join: all but the calling one.
  Threads begin_shutdown(bool wait, bool cancel_futures);
  void work(Worker& worker, int number);
  void serve(Worker& worker, EventLoop& loop);
  void run(Worker& worker, std::shared_ptr<detail::LocalCall> call);
  void run_coroutine(Worker& worker, std::shared_ptr<detail::LocalCall> call);
  void run_function(std::shared_ptr<detail::LocalCall> call);
  /// The next call; none: `is_finished` tells whether none will come.
  std::shared_ptr<detail::LocalCall> take_or_wait(Worker& worker, bool& is_finished);
  void forget_coroutine(detail::LocalCall& call);
  void break_pool(const char* context, std::exception_ptr cause);
  void require_own_process() const;
  // With the mutex held:
  bool start_worker();
  void wait_for_room(std::unique_lock<std::mutex>& lock);
  void release_calls(std::size_t count);
  void wake_one();
  void require_usable() const;

  const ThreadPoolExecutorOptions m_options;
  const unsigned m_generation;  // posix::fork_generation() of the owning process
  mutable std::mutex m_mutex;
  futures::LocalCallQueue m_queue;
  std::size_t m_outstanding = 0;   // calls in the queue and in threads
  std::size_t m_submitters = 0;    // that wait for room
  std::condition_variable m_room;  // for them
  std::vector<std::unique_ptr<Worker>> m_workers;
  std::vector<Worker*> m_waiting;  // idle workers last
  std::unordered_map<detail::Call*, Coroutine> m_coroutines;
  bool m_shut_down = false;
  bool m_lingers = false;
  std::optional<std::string> m_broken;  // the reason
  futures::StopTimer m_stop_timer{this};
};

}  // namespace spritefarm
