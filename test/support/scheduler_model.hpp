#pragma once

#include "futures/scheduler.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace spritefarm::test {

/// A Scheduler, and around it callers, a zygote and workers that exist in this process's memory alone. A test, or a
/// fuzzer, chooses what happens next; the model tells the Scheduler, performs its actions and checks each against what
/// it knows. Throws Violation.
class SchedulerModel final : public SlotView {
 public:
  struct Violation : std::logic_error {
    using std::logic_error::logic_error;
  };
  enum class Event : unsigned char {
    submit,
    recall,
    terminate,
    spawn,         // a worker that was asked for comes to life
    refuse_spawn,  // or does not
    become_ready,  // of workers: what they send is underway until `deliver`
    start_call,
    finish_call,
    grow,         // the next result says that the worker is full
    deliver,      // what a worker has sent arrives
    obey_signal,  // a worker that was sent a signal dies
    obey_exit,    // a worker that was asked to exit does
    crash,        // a worker dies by itself
    kill,         // or is killed by somebody
    kill_zygote,
    end_zygote,  // it is killed, and nobody takes over
    tell_exit,   // the death of a worker is told
    break_protocol,
    damage_slot,
    pass_time,
    request_workers,
    count
  };

  explicit SchedulerModel(const SchedulerOptions& options) : m_options(options), m_scheduler(options, *this) {
    m_scheduler.set_time(m_now);
  }

  [[nodiscard]] const Scheduler& scheduler() const { return m_scheduler; }
  [[nodiscard]] std::uint64_t events() const { return m_events; }
  [[nodiscard]] std::size_t submitted() const { return m_submitted; }
  [[nodiscard]] std::size_t unfinished() const { return m_unfinished; }
  [[nodiscard]] std::size_t kills() const { return m_kills; }
  /// Whether a worker has become ready, or a result has come, since the last start failed.
  [[nodiscard]] bool has_progressed() const { return m_strikes == 0; }

  /// Plays an event, if it can happen now. `choice` says of which call or worker.
  void play(Event event, std::uint32_t choice);
  void cancel_pending() {
    m_cancelling = true;
    m_scheduler.cancel_pending();
    decide();
    m_cancelling = false;
  }
  void break_pool(int signal) {
    m_may_break = true;
    m_scheduler.break_pool("broken by the test", signal);
    decide();
  }
  /// Nothing new happens, and everything that is underway does, until the Scheduler is finished: all calls must complete.
  void finish();

 private:
  using Time = Scheduler::Time;
  enum class SlotState : unsigned char { unused, offered, started, recalled, damaged };
  struct Slot {
    SlotState state = SlotState::unused;
    CallNumber number = 0;
    CallIndex call = 0;
    Time started_at{};
  };
  struct Message {
    enum { ready, result, skipped } kind;
    CallNumber number;
    bool is_full;
  };
  struct Worker {
    WorkerNumber number = 0;
    bool spawned = false, said_ready = false, ready = false, asked_to_exit = false, draining = false,
         grown = false, distrusted = false, dead = false, orphaned = false;
    int signal = 0;  // that it was sent
    WorkerExit how;
    int tasks = 0;
    std::vector<Slot> slots;
    std::vector<std::uint32_t> channel;  // slots of calls that have arrived
    std::vector<std::uint32_t> running;  // slots
    std::vector<Message> sent;
    std::size_t calls = 0;  // as the Scheduler counts them
    /// Every fourth ignores SIGTERM.
    [[nodiscard]] bool obeys() const { return can_run() && signal && (signal == SIGKILL || number % 4); }
    [[nodiscard]] bool can_run() const { return spawned && !dead; }
    [[nodiscard]] bool stays() const { return !asked_to_exit && signal == 0 && !orphaned; }
  };
  struct Call {
    bool open = false;
    TaskOptions options;
    WorkerNumber at = 0;  // the Scheduler has sent it there
    WorkerNumber runs_at = 0;
    int executions = 0;
    int deaths = 0;
  };

  static void must(bool holds, const char* property) {
    if (!holds) throw Violation(property);
  }

  // SlotView.
  bool recall(WorkerNumber number, std::uint32_t slot, CallNumber call) override {
    Worker* const worker = find(number);
    must(worker, "no slot of a forgotten worker is asked for");
    Slot& found = worker->slots[slot];
    if (found.state != SlotState::offered || found.number != call) return false;
    found.state = SlotState::recalled;
    on_taken_back(*worker, found);
    return true;
  }
  [[nodiscard]] SlotReading read(WorkerNumber number, std::uint32_t slot, CallNumber call) const override {
    const Worker* const worker = find(number);
    must(worker, "no slot of a forgotten worker is read");
    const Slot& found = worker->slots[slot];
    if (found.state == SlotState::damaged || found.number != call) return {SlotReading::damaged};
    if (found.state == SlotState::started) return {SlotReading::started, found.started_at};
    return {};
  }

  void on_taken_back(Worker& worker, const Slot& slot) {
    --worker.calls;
    --worker.tasks;
    Call& call = m_calls[slot.call];
    call.at = 0;
    ++m_queued;
  }

  [[nodiscard]] const Worker* find(WorkerNumber number) const {
    for (const Worker& worker : m_workers)
      if (worker.number == number) return &worker;
    return nullptr;
  }
  Worker* find(WorkerNumber number) { return const_cast<Worker*>(std::as_const(*this).find(number)); }
  template <typename Condition>
  Worker* pick(std::uint32_t choice, Condition condition) {
    const std::size_t count = m_workers.size();
    for (std::size_t i = 0; i < count; ++i) {
      Worker& worker = m_workers[(choice + i) % count];
      if (condition(worker)) return &worker;
    }
    return nullptr;
  }
  CallIndex pick_call(std::uint32_t choice) const {
    const std::size_t count = m_calls.size();
    for (std::size_t i = 0; i < std::min<std::size_t>(count, 8); ++i)
      if (m_calls[(choice + i) % count].open) return static_cast<CallIndex>((choice + i) % count);
    return 0;
  }

  void submit(std::uint32_t choice);
  void spawn(Worker& worker);
  void start_call(Worker& worker);
  void finish_call(Worker& worker, std::uint32_t choice);
  void deliver(Worker& worker);
  void die(Worker& worker, int signal, int exit_code);
  void tell_exit(Worker& worker);
  void kill_zygote(bool ends);
  void count_strikes(int strikes) { m_strikes += strikes; }
  void on_unexpected_death() {
    if (m_options.on_worker_death == OnWorkerDeath::break_pool) m_may_break = true;
  }
  void on_distrusted(Worker& worker) {
    worker.distrusted = true;
    if (!worker.stays()) return;
    if (!worker.ready) count_strikes(4);
    on_unexpected_death();
  }

  void decide();
  void perform(const Action& action);
  void on(const SpawnWorker&);
  void on(const SendCall&);
  void on(const CompleteCall&);
  void on(const StopCall&);
  void on(const AskToExit&);
  void on(const SignalWorker&);
  void on(const DistrustWorker&);
  void on(const ForgetWorker&);
  void check_nobody_waits_in_vain();
  [[nodiscard]] bool is_usable(const Worker& worker) const;
  [[nodiscard]] bool has_recallable(const Worker& worker) const;

  const SchedulerOptions m_options;
  Scheduler m_scheduler;
  Time m_now{std::chrono::hours(1)};
  std::vector<Worker> m_workers;
  std::vector<Call> m_calls;  // by CallIndex
  std::uint64_t m_events = 0;
  std::size_t m_submitted = 0, m_unfinished = 0, m_queued = 0, m_kills = 0;
  WorkerNumber m_last_worker = 0;
  int m_strikes = 0;  // since the last progress
  CallIndex m_terminating = 0;
  bool m_cancelling = false;
  bool m_may_break = false;
  bool m_zygote_ended = false;
};

// ---- what happens -------------------------------------------------------------------------------------------

inline void SchedulerModel::play(Event event, std::uint32_t choice) {
  Worker* worker = nullptr;
  switch (event) {
    case Event::submit:
      if (m_scheduler.is_open()) submit(choice);
      return;
    case Event::recall:
      if (const CallIndex call = pick_call(choice)) {
        ++m_events;
        const bool had_run = m_calls[call].executions > 0;
        if (m_scheduler.recall(call)) {
          must(!had_run, "a call that has run is not recalled");
          must(m_calls[call].at == 0, "a call that was recalled is with no worker");
          m_calls[call].open = false;
          --m_unfinished;
          --m_queued;
        }
        decide();
      }
      return;
    case Event::terminate:
      if (const CallIndex call = pick_call(choice)) {
        ++m_events;
        m_terminating = call;
        const bool terminated = m_scheduler.terminate(call);
        decide();
        m_terminating = 0;
        must(terminated != m_calls[call].open, "a call that was terminated is complete");
      }
      return;
    case Event::spawn:
      if ((worker = pick(choice, [](const Worker& each) { return !each.spawned; }))) spawn(*worker);
      return;
    case Event::refuse_spawn:
      if ((worker = pick(choice, [](const Worker& each) { return !each.spawned; }))) {
        ++m_events;
        count_strikes(choice % 2 ? 2 : 0);
        worker->dead = true;
        m_scheduler.on_spawn_failed(worker->number, choice % 2 ? StartFailure::refused : StartFailure::busy,
                                    "test");
        decide();
      }
      return;
    case Event::become_ready:
      if ((worker = pick(choice, [](const Worker& each) { return each.can_run() && !each.said_ready; }))) {
        worker->said_ready = true;
        worker->sent.push_back({Message::ready, 0, false});
      }
      return;
    case Event::start_call:
      if ((worker = pick(choice, [this](const Worker& each) {
             return each.can_run() && each.said_ready && !each.channel.empty() &&
                    each.running.size() < static_cast<std::size_t>(m_options.worker_concurrency);
           })))
        start_call(*worker);
      return;
    case Event::finish_call:
      if ((worker = pick(choice, [](const Worker& each) { return each.can_run() && !each.running.empty(); })))
        finish_call(*worker, choice / 16);
      return;
    case Event::grow:
      if ((worker = pick(choice, [](const Worker& each) { return each.can_run(); }))) worker->grown = true;
      return;
    case Event::deliver:
      if ((worker =
               pick(choice, [](const Worker& each) { return !each.sent.empty() && !each.distrusted; }))) {
        deliver(*worker);
        decide();
      }
      return;
    case Event::obey_signal:
      if ((worker = pick(choice, [](const Worker& each) { return each.obeys(); })))
        die(*worker, worker->signal, 0);
      return;
    case Event::obey_exit:
      if ((worker = pick(choice, [](const Worker& each) {
             return each.can_run() && each.asked_to_exit && each.channel.empty() && each.running.empty();
           })))
        die(*worker, 0, 0);
      return;
    case Event::crash:
      if ((worker = pick(choice, [](const Worker& each) { return each.can_run(); }))) die(*worker, 0, 99);
      return;
    case Event::kill:
      if ((worker = pick(choice, [](const Worker& each) { return each.can_run(); }))) {
        ++m_kills;
        die(*worker, SIGKILL, 0);
      }
      return;
    case Event::kill_zygote:
    case Event::end_zygote:
      if (!m_zygote_ended) kill_zygote(event == Event::end_zygote);
      return;
    case Event::tell_exit:
      if ((worker = pick(choice, [](const Worker& each) { return each.dead; }))) tell_exit(*worker);
      return;
    case Event::break_protocol:
      if ((worker = pick(choice, [](const Worker& each) { return each.can_run() && !each.distrusted; }))) {
        ++m_events;
        on_distrusted(*worker);
        m_scheduler.on_protocol_error(worker->number);
        decide();
      }
      return;
    case Event::damage_slot:
      if ((worker = pick(choice, [](const Worker& each) { return each.can_run() && !each.running.empty(); })))
        worker->slots[worker->running.front()].state = SlotState::damaged;
      return;
    case Event::pass_time:
      ++m_events;
      m_now += std::chrono::milliseconds(choice % 64);
      m_scheduler.set_time(m_now);
      m_scheduler.run_due_timers();
      decide();
      return;
    case Event::request_workers:
      if (m_scheduler.is_open()) {
        ++m_events;
        m_scheduler.request_workers(static_cast<int>(choice % 8));
        decide();
      }
      return;
    case Event::count:
      return;
  }
}

inline void SchedulerModel::submit(std::uint32_t choice) {
  ++m_events;
  TaskOptions options;
  options.retries = static_cast<int>(choice % 4);
  if (choice % 5 == 0) options.timeout = std::chrono::milliseconds(choice % 128);
  const CallIndex call = m_scheduler.submit(options, choice % 3 == 0);
  if (call >= m_calls.size()) m_calls.resize(call + 1);
  must(!m_calls[call].open, "a new call has an index of its own");
  m_calls[call] = {true, options};
  ++m_submitted, ++m_unfinished, ++m_queued;
  decide();
}

inline void SchedulerModel::spawn(Worker& worker) {
  ++m_events;
  worker.spawned = true;
  m_scheduler.on_spawned(worker.number);
  decide();
}

inline void SchedulerModel::start_call(Worker& worker) {
  Slot& slot = worker.slots[worker.channel.front()];
  worker.channel.erase(worker.channel.begin());
  if (slot.state != SlotState::offered) {
    if (slot.state == SlotState::recalled) worker.sent.push_back({Message::skipped, slot.number, false});
    return;
  }
  Call& call = m_calls[slot.call];
  if (!m_scheduler.is_broken()) {
    must(call.open, "no call starts that is complete");
    must(call.runs_at == 0, "no call runs twice at a time");
    must(call.executions == call.deaths, "a call runs again only after a death");
    must(call.executions <= call.options.retries, "no call runs more often than its retries allow");
  }
  ++call.executions;
  call.runs_at = worker.number;
  slot.state = SlotState::started;
  slot.started_at = m_now;
  worker.running.push_back(static_cast<std::uint32_t>(&slot - worker.slots.data()));
}

inline void SchedulerModel::finish_call(Worker& worker, std::uint32_t choice) {
  const std::size_t which = choice % worker.running.size();
  const Slot& slot = worker.slots[worker.running[which]];
  worker.running.erase(worker.running.begin() + static_cast<std::ptrdiff_t>(which));
  worker.sent.push_back({Message::result, slot.number, worker.grown});
}

inline void SchedulerModel::deliver(Worker& worker) {
  const Message message = worker.sent.front();
  worker.sent.erase(worker.sent.begin());
  if (m_scheduler.is_broken()) return;
  ++m_events;
  if (message.kind == Message::skipped) {
    must(m_scheduler.may_skip(worker.number, message.number), "a call that was recalled may be skipped");
    return;
  }
  m_strikes = 0;
  if (message.kind == Message::ready) {
    worker.ready = true;
    worker.draining = m_options.max_tasks_per_child > 0 && worker.tasks >= m_options.max_tasks_per_child;
    return m_scheduler.on_ready(worker.number);
  }
  Slot* const slot = std::find_if(worker.slots.data(), worker.slots.data() + worker.slots.size(),
                                  [&](const Slot& each) { return each.number == message.number; });
  slot->state = SlotState::unused;
  --worker.calls;
  if (message.is_full) worker.draining = true;
  const CallIndex index = m_scheduler.on_result(worker.number, message.number, message.is_full);
  must(index == slot->call, "a result finds its call");
  Call& call = m_calls[index];
  call.runs_at = call.at = 0;
  if (call.open) --m_unfinished;
  call.open = false;
}

inline void SchedulerModel::die(Worker& worker, int signal, int exit_code) {
  worker.dead = true;
  worker.how.pid = static_cast<int>(worker.number);
  worker.how.signal = signal;
  worker.how.exit_code = exit_code;
}

inline void SchedulerModel::tell_exit(Worker& worker) {
  while (!worker.sent.empty() && !worker.distrusted) deliver(worker);
  ++m_events;
  for (Slot& slot : worker.slots) {
    if (slot.state != SlotState::started && slot.state != SlotState::damaged) continue;
    Call& call = m_calls[slot.call];
    if (call.runs_at != worker.number) continue;
    call.runs_at = 0;
    if (call.at == worker.number) {
      call.at = 0;
      ++call.deaths;
      if (call.open) ++m_queued;
    }
  }
  if (worker.stays()) on_unexpected_death();
  if (worker.stays() && !worker.ready) count_strikes(worker.how.signal == SIGKILL ? 1 : 4);
  m_scheduler.on_exited(worker.number, WorkerExit(worker.how));
  decide();
}

inline void SchedulerModel::kill_zygote(bool ends) {
  ++m_events;
  ++m_kills;
  count_strikes(1);
  on_unexpected_death();
  for (Worker& worker : m_workers) {
    worker.orphaned = true;
    if (!worker.spawned)
      worker.dead = true;
    else if (!worker.dead)
      die(worker, SIGKILL, 0);
  }
  m_zygote_ended = ends;
  if (ends) m_may_break = true;
  ends ? m_scheduler.on_zygote_ended() : m_scheduler.on_zygote_killed();
  decide();
}

// ---- actions ------------------------------------------------------------------------------------------------

inline void SchedulerModel::decide() {
  m_scheduler.plan();
  for (const Action& action : m_scheduler.actions())
    std::visit([this](const auto& each) { on(each); }, action);
  m_scheduler.actions().clear();
  must(m_may_break || m_strikes >= 20 || !m_scheduler.is_broken(),
       "a pool breaks only when it is told to, or when nothing but starts fails");
  check_nobody_waits_in_vain();
}

inline void SchedulerModel::on(const SpawnWorker& spawn) {
  must(spawn.worker == ++m_last_worker, "worker numbers are not used twice");
  must(!m_scheduler.is_broken() && !m_zygote_ended, "a broken pool starts no workers");
  const auto staying =
      std::count_if(m_workers.begin(), m_workers.end(), [](const Worker& each) { return each.stays(); });
  must(staying < m_options.max_workers, "there are no more than max_workers");
  m_workers.emplace_back();
  m_workers.back().number = spawn.worker;
  m_workers.back().slots.resize(m_options.worker_slots);
}

inline void SchedulerModel::on(const SendCall& send) {
  Worker* const worker = find(send.worker);
  must(worker, "no call is sent to a worker that is gone");
  must(worker->stays() && !worker->distrusted && !worker->draining,
       "no call is sent to a worker that is to end");
  Slot& slot = worker->slots.at(send.slot);
  must(slot.state == SlotState::unused || slot.state == SlotState::recalled, "a slot holds one call");
  Call& call = m_calls[send.call];
  must(call.open && call.at == 0 && call.runs_at == 0, "a call is with one worker");
  must(++worker->calls <= m_options.worker_slots, "a worker has no more calls than slots");
  ++worker->tasks;
  if (m_options.max_tasks_per_child > 0) {
    must(worker->tasks <= m_options.max_tasks_per_child,
         "a worker gets no more calls than max_tasks_per_child");
    if (worker->tasks == m_options.max_tasks_per_child && worker->ready) worker->draining = true;
  }
  --m_queued;
  call.at = send.worker;
  slot = {SlotState::offered, send.number, send.call, {}};
  worker->channel.push_back(send.slot);
}

inline void SchedulerModel::on(const CompleteCall& done) {
  Call& call = m_calls[done.call];
  must(call.open, "a call completes once");
  switch (done.outcome) {
    case Outcome::cancelled:
      must(m_terminating == done.call || (m_cancelling && call.executions == 0),
           "a call is cancelled on request");
      break;
    case Outcome::timed_out:
      must(call.options.timeout && call.executions > 0, "a call that started may time out");
      break;
    case Outcome::worker_died:
      must(call.deaths > call.options.retries, "a call dies when its retries are used up");
      break;
    case Outcome::pool_broken:
      must(m_scheduler.is_broken(), "only a broken pool fails all");
      break;
  }
  if (call.at == 0) --m_queued;
  call.open = false;
  --m_unfinished;
}

inline void SchedulerModel::on(const StopCall& stop) {
  must(find(stop.worker), "no call is stopped at a worker that is gone");
}

inline void SchedulerModel::on(const AskToExit& ask) {
  Worker* const worker = find(ask.worker);
  must(worker, "no worker is asked to exit that is gone");
  must(worker->calls == 0, "a worker is asked to exit when it has no calls");
  must(worker->stays(), "a worker is asked to exit once");
  worker->asked_to_exit = true;
}

inline void SchedulerModel::on(const SignalWorker& signal) {
  Worker* const worker = find(signal.worker);
  must(worker && worker->spawned, "no worker is signalled that is not there");
  must(signal.signal == SIGKILL || signal.signal == SIGTERM, "signals are those that end");
  worker->signal = signal.signal;
}

inline void SchedulerModel::on(const DistrustWorker& distrust) {
  Worker* const worker = find(distrust.worker);
  must(worker, "no worker is distrusted that is gone");
  on_distrusted(*worker);
}

inline void SchedulerModel::on(const ForgetWorker& forget) {
  const auto worker = std::find_if(m_workers.begin(), m_workers.end(),
                                   [&](const Worker& each) { return each.number == forget.worker; });
  must(worker != m_workers.end() && worker->dead, "a worker is forgotten when it is gone");
  m_workers.erase(worker);
}

// ---- nobody waits in vain -----------------------------------------------------------------------------------

inline bool SchedulerModel::is_usable(const Worker& worker) const {
  return worker.stays() && !worker.distrusted && !worker.draining && worker.calls < m_options.worker_slots &&
         (m_options.max_tasks_per_child == 0 || worker.tasks < m_options.max_tasks_per_child);
}

inline bool SchedulerModel::has_recallable(const Worker& worker) const {
  return std::any_of(worker.slots.begin(), worker.slots.end(),
                     [](const Slot& slot) { return slot.state == SlotState::offered; });
}

inline void SchedulerModel::check_nobody_waits_in_vain() {
  if (m_scheduler.is_broken()) return;
  bool has_idle = false, has_usable = false;
  int staying = 0;
  for (const Worker& worker : m_workers) {
    staying += worker.stays();
    must(worker.signal == 0 || !has_recallable(worker), "no call waits at a worker that was killed");
    if (!is_usable(worker)) continue;
    has_usable = true;
    has_idle = has_idle || worker.calls == 0;
  }
  if (m_queued > 0) {
    must(!has_usable, "no call waits while a worker has room");
    must(staying >= m_options.max_workers || m_scheduler.next_timer() || m_zygote_ended,
         "no call waits while a worker may be started");
  } else if (has_idle) {
    for (const Worker& worker : m_workers)
      must(worker.calls <= static_cast<std::size_t>(m_options.worker_concurrency) || !has_recallable(worker),
           "no call waits at one worker while another is idle");
  }
}

inline void SchedulerModel::finish() {
  m_scheduler.shut_down();
  decide();
  // Each round lets everything happen that is underway; the longest waits are the back-off's.
  for (int round = 0; !m_scheduler.is_finished(); ++round) {
    must(round < 10'000, "a pool that is shut down ends");
    for (const Event event :
         {Event::spawn, Event::become_ready, Event::deliver, Event::start_call, Event::finish_call,
          Event::deliver, Event::obey_exit, Event::obey_signal, Event::tell_exit})
      for (std::uint32_t worker = 0; worker < m_workers.size(); ++worker) play(event, worker);
    play(Event::pass_time, 50);
  }
  must(m_unfinished == 0, "every call completes");
  must(m_workers.empty(), "no worker is left");
  must(!m_scheduler.next_timer(), "no timer is left");
}

}  // namespace spritefarm::test
