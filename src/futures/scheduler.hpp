#pragma once

#include "futures/call_queue.hpp"
#include "futures/call_table.hpp"
#include "futures/deadline_heap.hpp"
#include "futures/respawn_backoff.hpp"
#include "futures/scheduler_action.hpp"
#include "futures/slot_view.hpp"
#include "futures/worker_life.hpp"

#include <spritefarm/process_pool_executor.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace spritefarm::futures {

struct SchedulerOptions {
  int max_workers = 1;
  int worker_concurrency = 1;
  std::uint32_t worker_slots = 1;   ///< maximum of calls at one worker, running and waiting
  int max_tasks_per_child = 0;      ///< 0: no limit
  std::size_t max_outstanding = 0;  ///< calls that are not complete; 0: no limit
  OnWorkerDeath on_worker_death = OnWorkerDeath::replace;
  Duration terminate_grace = std::chrono::milliseconds(500);
};

/// Decides everything for a process pool: the placement of calls, the start and end of workers, the fate of
/// the calls of a dead one. Pure: it has no descriptor, thread, lock or clock. Events come in as member
/// functions, actions go out through actions(), and set_time() tells the time. So a test can play any
/// sequence of events without a process.
///
///     submit() ─▶ m_queue ── plan() ─▶ SendCall ─▶ at a worker ── on_result() ─▶ its call
///                    ▲  ▲                               │
///                    │  └─── recalled from its slot ────┤
///                    └────── died, retries left ────────┴─ died, stopped ─▶ CompleteCall
///
/// Placement: a call goes to an idle worker, else to a new one, else to the least busy. Calls wait at workers
/// so that each finds its next one there; until a call starts, the Scheduler can recall it through a SlotView
/// (which says why that is no action): for an idle worker, when its worker drains or dies, or to cancel it. A
/// starting worker receives calls already; they wait in its channel.
///
/// Priorities: the queue has the calls of higher priority first. Once a call has had a priority, one call at
/// most waits at a worker, and it is recalled for a call of higher priority that finds no worker free.
///
/// Deaths: a call that its worker had not started is requeued for free. A call that ran runs again, ahead of
/// all that wait, if its retries allow. RespawnBackoff spaces starts that fail; if it is exhausted and no
/// worker is left, the pool breaks.
///
/// A worker is a number here. Only the Supervisor knows that it is a process of this machine.
///
/// Owned by the pool, used with its lock. Throws std::bad_alloc.
class Scheduler {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Scheduler(const SchedulerOptions& options, SlotView& slots);

  // ---- time
  /// An earlier time than before is ignored.
  void set_time(Time now) noexcept;
  /// No worker ran from `begin` to `end`: that time counts for no deadline.
  void add_pause(Time begin, Time end);
  void run_due_timers();
  /// When run_due_timers() is to be called next.
  [[nodiscard]] std::optional<Time> next_timer() const noexcept;

  // ---- requests of callers
  /// Only while is_open(), and while has_room() if the caller obeys max_outstanding.
  CallIndex submit(const TaskOptions& options, bool is_coroutine);
  /// The same ahead of all calls that wait here, also after shut_down(): what a call has left that has ended.
  /// Not if it is broken, or finished.
  CallIndex submit_first(const TaskOptions& options, bool is_coroutine);
  /// Removes a call that has not started. True: it is removed, and no action completes it.
  bool recall(CallIndex call);
  [[nodiscard]] bool has_started(CallIndex call) const;
  /// Completes a running call as cancelled, and stops it. False: it does not run.
  bool terminate(CallIndex call);
  /// Completes every call that has not started as cancelled.
  void cancel_pending();
  /// Starts workers until there are `count`, or max_workers.
  void request_workers(int count);
  /// No more calls come. Workers are asked to exit once all calls are done.
  void shut_down() noexcept { m_shut_down = true; }
  /// Fails all calls and ends the workers by this signal. The first reason is kept.
  void break_pool(const std::string& why, int signal);

  // ---- events of workers and zygote
  void on_spawned(WorkerNumber worker);
  void on_spawn_failed(WorkerNumber worker, StartFailure failure, const std::string& why);
  void on_ready(WorkerNumber worker);
  /// Gives the call; 0 if the worker breaks the protocol. An earlier action may have completed the call
  /// already. `is_full`: the worker has grown too large and starts no more calls.
  CallIndex on_result(WorkerNumber worker, CallNumber call, bool is_full);
  /// Whether the worker may report that it skipped this call.
  [[nodiscard]] bool may_skip(WorkerNumber worker, CallNumber call) const noexcept;
  /// The worker is killed. Its next event is on_exited().
  void on_protocol_error(WorkerNumber worker);
  /// Only after the process has ended, and after all its results.
  void on_exited(WorkerNumber worker, const WorkerExit& how);
  /// Its workers die with it. on_exited() follows for each that was spawned.
  void on_zygote_killed();
  /// The same without a standby: after the exit of the last worker the pool breaks.
  void on_zygote_ended();

  /// Places calls and releases workers. To be called after one or more events.
  void plan();
  /// The actions of all events since the caller cleared it, in order. To be performed and cleared after
  /// plan().
  [[nodiscard]] std::vector<Action>& actions() noexcept { return m_actions; }

  /// False: there are max_outstanding calls.
  [[nodiscard]] bool has_room() const noexcept {
    return m_options.max_outstanding == 0 || m_outstanding < m_options.max_outstanding;
  }
  /// Calls that are not complete.
  [[nodiscard]] std::size_t outstanding() const noexcept { return m_outstanding; }
  [[nodiscard]] bool is_open() const noexcept { return !m_shut_down && !is_broken(); }
  [[nodiscard]] bool is_shut_down() const noexcept { return m_shut_down; }
  [[nodiscard]] bool is_broken() const noexcept { return !m_broken.empty(); }
  [[nodiscard]] const std::string& why_broken() const noexcept { return m_broken; }
  /// Shut down, and no call or worker is left.
  [[nodiscard]] bool is_finished() const noexcept;
  [[nodiscard]] bool is_starting(WorkerNumber worker) const noexcept;
  /// Starts that have failed since a worker became ready.
  [[nodiscard]] int failed_starts() const noexcept { return m_backoff.failures(); }
  /// Workers that have died without having been asked to end.
  [[nodiscard]] int deaths() const noexcept { return m_deaths; }

 private:
  struct Worker {
    Worker(WorkerNumber worker_number, std::uint32_t slots);
    const WorkerNumber number;
    WorkerLife life;
    bool spawned = false;
    bool was_idle = false;  // when share_backlog() began
    CallList calls;         // in the order of their sending
    std::vector<std::uint32_t> free_slots;
    int tasks = 0;  // calls sent to it, less those recalled
    std::optional<Time> kill_at;
  };

  // Placement (scheduler.cpp).
  void place_queued();
  void share_backlog();
  CallIndex recall_from_backlog(std::size_t size);
  void release_idle();
  Worker* find(WorkerNumber number) noexcept;
  Worker* start_worker();
  Worker* least_busy() noexcept;
  [[nodiscard]] std::size_t concurrency() const noexcept {
    return static_cast<std::size_t>(m_options.worker_concurrency);
  }
  [[nodiscard]] bool accepts_calls(const Worker& worker) const noexcept;
  void send(Worker& worker, CallIndex call);
  CallIndex recall_newest(Worker& worker);
  bool recall_from(Worker& worker, CallIndex call);
  void requeue_unstarted(Worker& worker);
  void take(Worker& worker, CallIndex call) noexcept;
  void requeue(CallIndex call);
  CallIndex add(const TaskOptions& options, bool is_coroutine);
  void recall_lower(int priority);

  // Ends (scheduler_ends.cpp).
  void complete(CallIndex call, Outcome outcome, const WorkerExit& how = {});
  void stop(CallIndex call, Outcome outcome);
  void on_deadline(CallIndex call);
  [[nodiscard]] Time end_of(Time start, std::chrono::nanoseconds timeout) const noexcept;
  void kill(Worker& worker, int signal);
  void remove_exited(Worker& worker, const WorkerExit& how);
  void end_with_worker(CallIndex call, const WorkerExit& how);
  void on_start_failed(StartFailure failure, const std::string& why);

  const SchedulerOptions m_options;
  SlotView& m_slots;
  struct Pause {
    Time begin;
    Time::duration length;
  };

  Time m_now{};
  std::vector<Pause> m_pauses;
  CallTable m_calls;
  CallQueue m_queue{m_calls};
  std::size_t m_outstanding = 0;  // calls that are not complete
  bool m_has_priorities = false;  // a call had another priority than 0
  DeadlineHeap m_deadlines;       // by CallIndex, of calls at workers
  std::map<WorkerNumber, Worker> m_workers;
  WorkerNumber m_last_worker = 0;
  RespawnBackoff m_backoff;
  int m_deaths = 0;
  bool m_shut_down = false;
  std::string m_broken;  // why
  std::vector<Action> m_actions;
};

}  // namespace spritefarm::futures
