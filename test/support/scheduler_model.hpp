#pragma once

#include "futures/scheduler.hpp"
#include "support/simulated_worker.hpp"

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <vector>

namespace spritefarm::test {

/// A Scheduler, and around it callers, a zygote and workers that exist in the memory of the test alone. A
/// test or a fuzzer chooses the events. The model tells the Scheduler, performs its actions
/// (scheduler_model.cpp) and checks each of them against its own books (scheduler_model_checks.cpp). Throws
/// Violation.
class SchedulerModel final : public SlotView {
 public:
  struct Violation : std::logic_error {
    using std::logic_error::logic_error;
  };
  enum class Event : unsigned char {
    submit,
    recall,
    terminate,
    spawn,
    refuse_spawn,
    become_ready,
    start_call,
    finish_call,
    grow,         // the next results say that the worker is full
    deliver,      // a message of a worker arrives
    obey_signal,  // a worker dies of the signal that it was sent
    obey_exit,    // a worker exits as it was asked to
    crash,        // a worker ends by itself
    kill,         // somebody kills a worker
    kill_zygote,
    end_zygote,  // somebody kills the zygote, and no standby takes over
    tell_exit,   // the exit of a dead worker is reported
    break_protocol,
    damage_slot,
    pass_time,
    request_workers,
    count
  };

  explicit SchedulerModel(const SchedulerOptions& options);

  /// Plays an event, if it can happen now. `choice` selects the call or worker.
  void play(Event event, std::uint32_t choice);
  void cancel_pending();
  void break_pool(int signal);
  /// Shuts down and plays all that is underway until the Scheduler is finished: every call must complete.
  void finish();

  [[nodiscard]] const Scheduler& scheduler() const { return m_scheduler; }
  [[nodiscard]] std::uint64_t events() const { return m_events; }
  [[nodiscard]] std::size_t submitted() const { return m_submitted; }
  [[nodiscard]] std::size_t unfinished() const { return m_unfinished; }
  [[nodiscard]] std::size_t kills() const { return m_kills; }
  /// Whether a worker has become ready, or a result has come, since the last start failed.
  [[nodiscard]] bool has_progressed() const { return m_strikes == 0; }

 private:
  using Worker = SimulatedWorker;
  struct Call {
    bool open = false;
    TaskOptions options;
    WorkerNumber at = 0;       // the Scheduler has sent it there; 0: it is queued
    WorkerNumber runs_at = 0;  // 0: it does not run
    int executions = 0;
    int deaths = 0;
  };

  static void must(bool holds, const char* property) {
    if (!holds) throw Violation(property);
  }
  [[nodiscard]] const Worker* find(WorkerNumber number) const;
  Worker* find(WorkerNumber number);
  template <typename Condition, typename Action>
  void play_worker(std::uint32_t choice, Condition condition, Action action);
  [[nodiscard]] CallIndex pick_call(std::uint32_t choice) const;

  // SlotView.
  bool recall(WorkerNumber number, std::uint32_t slot, CallNumber call) override;
  [[nodiscard]] SlotReading read(WorkerNumber number, std::uint32_t slot, CallNumber call) const override;

  // Events.
  void submit(std::uint32_t choice);
  void recall_call(std::uint32_t choice);
  void terminate(std::uint32_t choice);
  void request_workers(std::uint32_t choice);
  void pass_time(std::uint32_t choice);
  void spawn(Worker& worker);
  void refuse_spawn(Worker& worker, bool is_busy);
  void start_call(Worker& worker);
  void deliver(Worker& worker);
  void deliver_result(Worker& worker, const Worker::Message& message);
  void break_protocol(Worker& worker);
  void tell_exit(Worker& worker);
  void end_running_call(Worker& worker, const Worker::Slot& slot);
  void kill_zygote(bool ends);

  // Actions and checks.
  void decide();
  void on(const SpawnWorker&);
  void on(const SendCall&);
  void on(const CompleteCall&);
  void on(const StopCall&);
  void on(const AskToExit&);
  void on(const SignalWorker&);
  void on(const DistrustWorker&);
  void on(const ForgetWorker&);
  void on_distrusted(Worker& worker);
  void on_unexpected_death();
  void check_execution(const Call& call) const;
  void check_nobody_waits_in_vain() const;
  [[nodiscard]] bool is_usable(const Worker& worker) const;

  const SchedulerOptions m_options;
  Scheduler m_scheduler;
  Scheduler::Time m_now{std::chrono::hours(1)};
  std::vector<Worker> m_workers;
  std::vector<Call> m_calls;  // by CallIndex
  std::uint64_t m_events = 0;
  std::size_t m_submitted = 0;
  std::size_t m_unfinished = 0;
  bool m_has_priorities = false;
  std::size_t m_queued = 0;
  std::size_t m_kills = 0;
  WorkerNumber m_last_worker = 0;
  int m_strikes = 0;            // since the last progress: see RespawnBackoff
  CallIndex m_terminating = 0;  // by terminate(), now
  bool m_cancelling = false;    // by cancel_pending(), now
  bool m_may_break = false;     // for another reason than strikes
  bool m_zygote_ended = false;
};

}  // namespace spritefarm::test
