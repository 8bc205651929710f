#pragma once

#include "futures/exit_watch.hpp"
#include "futures/worker_handle.hpp"
#include "futures/zygote.hpp"
#include "posix/epoll.hpp"
#include "posix/event_fd.hpp"

#include <spritefarm/process_pool_executor.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace spritefarm {

/// The coordinator's side of a ProcessPoolExecutor.
///
///     schedule() ─▶ m_queue ─▶ dispatch() ─▶ WorkerHandle ═ channel ═▶ worker process
///         any thread               │              ▲ recall()              │
///                                  ▼ on demand    │                       ▼
///                               Zygote ──▶ event: spawned, ended ─▶ supervisor thread ◀── results
///
/// A call waits in m_queue until a worker has room. Then it is sent, and may wait at the worker for a while: until the
/// worker starts it, it can be taken back, to be cancelled or given to a worker that has nothing to do. schedule() sends
/// at once where it can; the supervisor, one thread with one epoll, does all the rest: results, deaths, replacements,
/// deadlines. Everything is guarded by m_mutex; futures are set with it released, since their callbacks may come back.
///
/// Shared by the executor, the supervisor's thread and, weakly, by the calls.
class ProcessPoolExecutor::Pool final : public detail::CallOwner,
                                        public FinishesAtExit,
                                        public std::enable_shared_from_this<Pool> {
 public:
  explicit Pool(ProcessPoolExecutorOptions options);
  ~Pool() override;
  /// Once, before anything else.
  void start();

  void schedule(std::shared_ptr<detail::RemoteCall> call);
  void start_workers(std::optional<int> count);
  void shutdown(bool wait, bool cancel_futures);
  void end_workers(int signal, const char* why);
  std::vector<int> worker_pids();
  int worker_deaths() const;
  /// Whether shutdown(wait = false) has been called: then the executor's destructor does not wait either.
  bool lingers() const;
  /// In a spawned child nothing of the pool works, and its destructor must not run.
  [[nodiscard]] bool belongs_to_this_process() const noexcept;

  bool recall(detail::Call& call) override;
  void refresh(detail::Call& call) override;
  bool terminate(detail::Call& call) override;
  void finish() override { shutdown(true, false); }

 private:
  using Clock = std::chrono::steady_clock;
  /// What is to be done to a future once the mutex is released: set it from this result, or else end it.
  struct Completion {
    std::shared_ptr<detail::RemoteCall> call;
    std::optional<std::string> result;
    std::exception_ptr exception;
  };
  using Completions = std::vector<Completion>;
  /// What a worker has sent.
  struct Batch {
    std::vector<ipc::Frame> frames;
    std::string corrupt;  // what came behind them and is no frame
    bool more = false;    // there may be more
  };
  /// Something to look at when its time has come.
  struct Timer {
    enum class Kind { deadline, coroutine_stopped, kill } kind;
    std::uint32_t worker;
    std::uint64_t call;
  };

  // What epoll tells: a worker's number with one of its two directions, or one of these.
  enum : std::uint64_t { notification_key = 0, zygote_key = 1, first_worker_key = 2 };
  static std::uint64_t receiving_key(std::uint32_t worker) {
    return first_worker_key + std::uint64_t{worker} * 2;
  }
  static std::uint64_t sending_key(std::uint32_t worker) { return receiving_key(worker) + 1; }
  static std::uint32_t worker_of(std::uint64_t key) {
    return static_cast<std::uint32_t>((key - first_worker_key) / 2);
  }

  void supervise();
  static void complete(Completions& completions);
  /// For who wants to wait for the supervisor: not joinable where that cannot be, in a callback that runs on its thread.
  std::thread take_supervisor();

  void require_own_process() const;

  // With the mutex held. Calls out (process_pool.cpp):
  void require_usable() const;
  void dispatch(Completions& completions);
  void share_backlog();
  WorkerHandle* least_busy();
  WorkerHandle* start_worker();
  void send(WorkerHandle& worker, PendingCall pending);
  void watch_sending(WorkerHandle& worker);
  WorkerHandle* find(std::uint32_t number);
  // Results, births, deaths, time (process_pool_supervisor.cpp):
  static Batch receive(WorkerHandle& worker);
  void accept(WorkerHandle& worker, Batch batches, Completions& completions);
  void kill_corrupt(WorkerHandle& worker, const char* what);
  void accept(WorkerHandle& worker, ipc::Frame frame, Completions& completions);
  void next_event(Completions& completions);
  void on_spawned(WorkerSpawned spawned);
  void on_not_spawned(const WorkerNotSpawned& failure, Completions& completions);
  void on_exited(const WorkerExited& ended, Completions& completions);
  void on_zygote_killed(Completions& completions);
  void on_zygote_ended(Completions& completions);
  void on_gone(WorkerHandle& worker, const WorkerExit& how, Completions& completions);
  void set_timer(Clock::time_point due, Timer timer);
  void run_due_timers(Completions& completions);
  void on_deadline(WorkerHandle& worker, std::uint64_t call, Completions& completions);
  void stop_call(WorkerHandle& worker, std::uint64_t call, std::exception_ptr exception,
                 Completions& completions);
  void requeue(WorkerHandle& worker);
  void terminate_worker(WorkerHandle& worker, int signal);
  void ask_to_exit(WorkerHandle& worker);
  void ask_idle_to_exit();
  void remove(WorkerHandle& worker);
  void break_pool(const std::string& why, Completions& completions, int signal);
  [[nodiscard]] bool over() const;

  const ProcessPoolExecutorOptions m_options;
  const unsigned m_generation;  // posix::fork_generation() of the process that owns it
  Zygote m_zygote;
  posix::Epoll m_epoll;
  posix::EventFd m_notification;

  mutable std::mutex m_mutex;
  std::deque<PendingCall> m_queue;
  std::map<std::uint32_t, WorkerHandle> m_workers;
  std::multimap<Clock::time_point, Timer> m_timers;
  std::uint32_t m_last_worker = 0;
  std::uint64_t m_last_call = 0;
  bool m_forks_refused = false;  // the system did, and no worker has ended since
  int m_startup_deaths = 0;      // in a row
  int m_deaths = 0;
  bool m_shut_down = false;
  bool m_lingers = false;
  std::string m_broken;       // why
  std::string m_start_error;  // why the last worker that could not be started could not
  std::thread m_supervisor;
};

}  // namespace spritefarm
