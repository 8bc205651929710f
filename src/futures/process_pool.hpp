#pragma once

#include "futures/nursery.hpp"
#include "ipc/channel.hpp"
#include "posix/epoll.hpp"
#include "posix/event_fd.hpp"

#include <spritefarm/process_pool_executor.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace spritefarm {

/// The coordinator's side of a ProcessPoolExecutor.
///
///     schedule() ─▶ m_queue ─▶ dispatch() ─▶ Worker::calls, channel ──▶ worker process
///         any thread               │                                        │
///                                  ▼ on demand                              ▼
///                               Nursery ──▶ news: forked, ended ──▶ supervisor thread ◀── results
///
/// A call waits in m_queue until a worker has room for it; then it is sent, and counts as started. schedule()
/// sends at once where it can; the supervisor, one thread with one epoll, does all the rest: results, deaths,
/// replacements. Everything is guarded by m_mutex; futures are set with it released, since their callbacks
/// may come back here.
class ProcessPoolExecutor::Pool {
 public:
  explicit Pool(ProcessPoolExecutorOptions options);
  ~Pool();
  void schedule(std::shared_ptr<detail::RemoteCall> call);
  void shutdown(bool wait, bool cancel_futures);
  std::vector<int> worker_pids() const;
  int worker_deaths() const;

 private:
  struct Started {
    std::shared_ptr<detail::RemoteCall> call;
    int deaths = 0;  // workers that have died under it
  };
  struct Worker {
    std::uint32_t number = 0;
    int pid = 0;  // 0: not forked yet
    posix::PidFd process;
    std::unique_ptr<ipc::Channel> channel;
    std::unordered_map<std::uint64_t, Started> calls;  // those that were sent, by number
    bool ready = false;                                // has said so
    bool asked_to_end = false;
    bool blocked = false;  // its channel has no room
  };
  /// What is to be done to a future once the mutex is released.
  struct Settlement {
    std::shared_ptr<detail::RemoteCall> call;
    std::string result;  // encoded, unless there is
    std::exception_ptr exception;
  };
  using Settlements = std::vector<Settlement>;

  // The supervisor's, without the mutex.
  void supervise();
  static void settle(Settlements& settlements);

  // With the mutex held.
  [[nodiscard]] bool over() const;
  void dispatch(Settlements& settled);
  Worker* least_busy();
  Worker* start_worker();
  void send(Worker& worker, Started started);
  void watch_sending(Worker& worker);
  void receive(Worker& worker, Settlements& settled);
  void accept(Worker& worker, ipc::Frame frame, Settlements& settled);
  void read_news(Settlements& settled);
  void on_forked(WorkerForked forked);
  void on_not_forked(const WorkerNotForked& failure, Settlements& settled);
  void on_ended(const WorkerEnded& ended, Settlements& settled);
  void remove(Worker& worker);
  void break_pool(const std::string& why, Settlements& settled);
  static void end(Worker& worker);
  void dismiss_workers();
  Worker* find(std::uint32_t number);

  const ProcessPoolExecutorOptions m_options;
  Nursery m_nursery;
  posix::Epoll m_epoll;
  posix::EventFd m_doorbell;

  mutable std::mutex m_mutex;
  std::deque<Started> m_queue;
  std::map<std::uint32_t, Worker> m_workers;
  std::uint32_t m_last_worker = 0;
  std::uint64_t m_last_call = 0;
  int m_most_workers;        // less than max_workers after a fork that failed
  int m_startup_deaths = 0;  // in a row
  int m_deaths = 0;
  bool m_shut_down = false;
  bool m_dismissed = false;  // all workers were asked to end
  std::string m_broken;      // why
  std::thread m_supervisor;  // last: it uses all the rest
};

}  // namespace spritefarm
