#pragma once

#include "futures/exit_watch.hpp"

#include <spritefarm/thread_pool_executor.hpp>

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace spritefarm {

/// The threads of a ThreadPoolExecutor, their queue of calls, and the list of threads that wait for a call.
///
///     schedule() ─▶ m_queue ─▶ worker 0: event loop, up to worker_concurrency calls
///                         └──▶ worker 1: …
///
/// A worker takes one call from the queue, then runs its loop once, so calls spread over the workers that
/// have room. A worker that finds the queue empty adds itself to m_waiting; the next schedule() wakes it.
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
  /// True after shutdown(false): the destructor of the executor does not wait then.
  bool lingers() const;
  /// False in a forked child, where the threads do not exist and the destructor of the pool must not run.
  [[nodiscard]] bool belongs_to_this_process() const noexcept;

  bool recall(detail::Call&) override { return false; }  // a waiting call is still in the queue
  void refresh(detail::Call&) override {}
  bool terminate(detail::Call& call) override;
  void finish() override { shutdown(true, false); }

 private:
  struct Worker {
    EventLoop* loop = nullptr;  // the thread sets it while it runs
    int in_flight = 0;          // used by the thread only
    bool waiting = false;       // is in m_waiting
    bool idle = false;          // waits with no call in flight
    std::thread thread;
  };

  void work(Worker& worker, int number);
  void serve(Worker& worker, EventLoop& loop);
  void run(Worker& worker, std::shared_ptr<detail::LocalCall> call);
  std::shared_ptr<detail::LocalCall> take_or_wait(Worker& worker);
  void break_pool(const char* context, std::exception_ptr cause);
  void require_own_process() const;
  // With the mutex held:
  bool start_worker();
  void wake_one();
  void require_usable() const;

  const ThreadPoolExecutorOptions m_options;
  const unsigned m_generation;  // posix::fork_generation() of the owning process
  mutable std::mutex m_mutex;
  std::deque<std::shared_ptr<detail::LocalCall>> m_queue;
  std::vector<std::unique_ptr<Worker>> m_workers;
  std::vector<Worker*> m_waiting;  // idle workers last
  bool m_shut_down = false;
  bool m_lingers = false;
  std::optional<std::string> m_broken;  // the reason
};

}  // namespace spritefarm
