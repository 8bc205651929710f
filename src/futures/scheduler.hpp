#pragma once

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

namespace spritefarm {

struct SchedulerOptions {
  int max_workers = 1;
  int worker_concurrency = 1;
  std::uint32_t worker_slots =
      1;  ///< calls that may be with one worker: those that run and those that wait there
  int max_tasks_per_child = 0;  ///< 0: no limit
  OnWorkerDeath on_worker_death = OnWorkerDeath::replace;
  std::chrono::milliseconds terminate_grace{500};
};

/// The decisions of a process pool: which worker gets which call, when workers are started and ended, what becomes of the
/// calls of a dead one. Events come in as member functions, actions go out through take_actions(); neither waits,
/// and the time is what set_time() said last. So every sequence of events can be played without a process.
///
///     submit() ─▶ m_queue ── plan() ─▶ SendCall ─▶ at a worker ── on_result() ─▶ its call
///                    ▲  ▲                               │
///                    │  └─── recalled from its slot ────┤
///                    └────── died, retries left ────────┴─ died, stopped ─▶ CompleteCall
///
/// Placement: an idle worker first, then a new one, then the least busy. Calls wait at a worker so that it finds its next
/// one there; until it starts them they can be recalled, for an idle worker, when it drains or dies, or to be cancelled.
/// Recalling is a question whose answer decides what comes next, so it is no action: the Scheduler asks a SlotView,
/// at once. A worker that was asked for may be sent calls before it is there; they wait in its channel.
///
/// Deaths: a call that its worker had not started is requeued without cost; one that ran is repeated as often as its
/// retries allow, before all that wait. Starts that fail are repeated with RespawnBackoff; when that is exhausted and
/// no worker is left, the pool is broken.
///
/// Workers are known by number alone: that they are processes of this machine is the Supervisor's business.
///
/// Owned by the pool and used under its lock. Throws std::bad_alloc.
class Scheduler {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Scheduler(const SchedulerOptions& options, SlotView& slots);

  // ---- time
  /// Never back.
  void set_time(Time now) noexcept;
  void run_due_timers();
  /// When run_due_timers() has something to do.
  [[nodiscard]] std::optional<Time> next_timer() const noexcept;

  // ---- what callers ask for
  /// Only while is_open().
  CallIndex submit(const TaskOptions& options, bool is_coroutine);
  /// Takes a call out that has not started: true, and it is not completed by an action.
  bool recall(CallIndex call);
  [[nodiscard]] bool has_started(CallIndex call) const;
  /// Completes a call that runs as cancelled, and stops it. False: it does not run.
  bool terminate(CallIndex call);
  /// Completes all calls that have not started as cancelled.
  void cancel_pending();
  /// Starts workers until there are `count`, as far as max_workers allows.
  void request_workers(int count);
  /// No more calls come. Workers are asked to exit when all calls are done.
  void shut_down() noexcept { m_shut_down = true; }
  /// All calls fail, no more are accepted, and the workers are ended by this signal. The first reason stays.
  void break_pool(const std::string& why, int signal);

  // ---- what workers and zygote do
  void on_spawned(WorkerNumber worker);
  void on_spawn_failed(WorkerNumber worker, StartFailure failure, const std::string& why);
  void on_ready(WorkerNumber worker);
  /// The call whose result this is; 0 where the worker breaks the protocol. The call's future may be complete already,
  /// by an earlier action. `is_full`: the worker has grown too large and starts no more calls.
  CallIndex on_result(WorkerNumber worker, CallNumber call, bool is_full);
  /// Whether the worker may say that it skipped this call.
  [[nodiscard]] bool may_skip(WorkerNumber worker, CallNumber call) const noexcept;
  /// It sent what no worker sends.
  void on_protocol_error(WorkerNumber worker);
  /// Only when nothing of it runs any more and all its results have been told.
  void on_exited(WorkerNumber worker, const WorkerExit& how);
  /// Its workers die with it. on_exited() follows for those that were spawned.
  void on_zygote_killed();
  /// And nobody takes over: when the last of its workers has exited, the pool is broken.
  void on_zygote_ended();

  /// Decides what can be decided now. After one or more events.
  void plan();
  /// What is to be done since the last time. To be cleared by the caller, and filled again by the next events.
  [[nodiscard]] std::vector<Action>& actions() noexcept { return m_actions; }

  [[nodiscard]] bool is_open() const noexcept { return !m_shut_down && !is_broken(); }
  [[nodiscard]] bool is_shut_down() const noexcept { return m_shut_down; }
  [[nodiscard]] bool is_broken() const noexcept { return !m_broken.empty(); }
  [[nodiscard]] const std::string& why_broken() const noexcept { return m_broken; }
  /// Shut down, and no call or worker is left.
  [[nodiscard]] bool is_finished() const noexcept;
  [[nodiscard]] bool is_starting(WorkerNumber worker) const noexcept;
  /// Starts that have failed since a worker became ready.
  [[nodiscard]] int failed_starts() const noexcept { return m_backoff.failures(); }
  /// Workers that have died although nobody asked them to.
  [[nodiscard]] int deaths() const noexcept { return m_deaths; }

 private:
  struct Worker {
    Worker(WorkerNumber its_number, std::uint32_t slots);
    const WorkerNumber number;
    WorkerLife life;
    bool spawned = false;
    bool was_idle = false;  // when share_backlog() began
    CallList calls;         // in the order in which they were sent
    std::vector<std::uint32_t> free_slots;
    int tasks = 0;  // calls that it was given, less those that were recalled
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
  [[nodiscard]] bool accepts_calls(const Worker& worker) const noexcept;
  void send(Worker& worker, CallIndex call);
  CallIndex recall_newest(Worker& worker);
  bool recall_from(Worker& worker, CallIndex call);
  void requeue_unstarted(Worker& worker);
  void take(Worker& worker, CallIndex call) noexcept;
  void requeue(CallIndex call) noexcept;

  // Ends (scheduler_ends.cpp).
  void complete(CallIndex call, Outcome outcome, const WorkerExit& how = {});
  void stop(CallIndex call, Outcome outcome);
  void on_deadline(CallIndex call);
  void kill(Worker& worker, int signal);
  void lose(Worker& worker, const WorkerExit& how);
  void end_with_worker(CallIndex call, const WorkerExit& how);
  void on_start_failed(StartFailure failure, const std::string& why);

  const SchedulerOptions m_options;
  SlotView& m_slots;
  Time m_now{};
  CallTable m_calls;
  CallList m_queue;
  DeadlineHeap m_deadlines;  // by CallIndex, of calls that are with a worker
  std::map<WorkerNumber, Worker> m_workers;
  WorkerNumber m_last_worker = 0;
  RespawnBackoff m_backoff;
  int m_deaths = 0;
  bool m_shut_down = false;
  std::string m_broken;  // why
  std::vector<Action> m_actions;
};

}  // namespace spritefarm
