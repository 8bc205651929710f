#pragma once

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
class ThreadPoolExecutor::Pool {
 public:
  explicit Pool(ThreadPoolExecutorOptions options);
  ~Pool();
  void schedule(std::shared_ptr<detail::LocalCall> call);
  void shutdown(bool wait, bool cancel_futures);

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
  void begin(Worker& worker, std::shared_ptr<detail::LocalCall> call);
  std::shared_ptr<detail::LocalCall> take_or_wait(Worker& worker);
  void break_pool(std::exception_ptr cause);
  void wake_one();
  void require_usable() const;

  const ThreadPoolExecutorOptions m_options;
  std::mutex m_mutex;
  std::deque<std::shared_ptr<detail::LocalCall>> m_queue;
  std::vector<std::unique_ptr<Worker>> m_workers;
  std::vector<Worker*> m_waiting;  // idle ones at the end
  bool m_shut_down = false;
  std::string m_broken;  // why
};

}  // namespace spritefarm
