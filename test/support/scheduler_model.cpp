#include "support/scheduler_model.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

namespace spritefarm::test {

using SlotState = SimulatedWorker::SlotState;
using Message = SimulatedWorker::Message;

SchedulerModel::SchedulerModel(const SchedulerOptions& options)
    : m_options(options), m_scheduler(options, *this) {
  m_scheduler.set_time(m_now);
}

void SchedulerModel::play(Event event, std::uint32_t choice) {
  switch (event) {
    case Event::submit:
      return submit(choice);
    case Event::recall:
      return recall_call(choice);
    case Event::terminate:
      return terminate(choice);
    case Event::request_workers:
      return request_workers(choice);
    case Event::pass_time:
      return pass_time(choice);
    case Event::spawn:
      return play_worker(
          choice, [](const Worker& each) { return !each.spawned; },
          [this](Worker& worker) { spawn(worker); });
    case Event::refuse_spawn:
      return play_worker(
          choice, [](const Worker& each) { return !each.spawned; },
          [&](Worker& worker) { refuse_spawn(worker, choice % 2 == 0); });
    case Event::become_ready:
      return play_worker(
          choice, [](const Worker& each) { return each.runs() && !each.said_ready; },
          [](Worker& worker) { worker.become_ready(); });
    case Event::start_call:
      return play_worker(
          choice, [this](const Worker& each) { return each.can_start_call(m_options.worker_concurrency); },
          [this](Worker& worker) { start_call(worker); });
    case Event::finish_call:
      return play_worker(
          choice, [](const Worker& each) { return each.runs() && !each.running.empty(); },
          [&](Worker& worker) { worker.finish_call(choice / 16); });
    case Event::grow:
      return play_worker(
          choice, [](const Worker& each) { return each.runs(); },
          [](Worker& worker) { worker.grown = true; });
    case Event::deliver:
      return play_worker(
          choice, [](const Worker& each) { return !each.sent.empty() && !each.distrusted; },
          [this](Worker& worker) {
            deliver(worker);
            decide();
          });
    case Event::obey_signal:
      return play_worker(
          choice, [](const Worker& each) { return each.obeys_signal(); },
          [](Worker& worker) { worker.die(worker.signal, 0); });
    case Event::obey_exit:
      return play_worker(
          choice, [](const Worker& each) { return each.obeys_exit(); },
          [](Worker& worker) { worker.die(0, 0); });
    case Event::crash:
      return play_worker(
          choice, [](const Worker& each) { return each.runs(); }, [](Worker& worker) { worker.die(0, 99); });
    case Event::kill:
      return play_worker(
          choice, [](const Worker& each) { return each.runs(); },
          [this](Worker& worker) {
            ++m_kills;
            worker.die(SIGKILL, 0);
          });
    case Event::kill_zygote:
    case Event::end_zygote:
      return kill_zygote(event == Event::end_zygote);
    case Event::tell_exit:
      return play_worker(
          choice, [](const Worker& each) { return each.dead; },
          [this](Worker& worker) { tell_exit(worker); });
    case Event::break_protocol:
      return play_worker(
          choice, [](const Worker& each) { return each.runs() && !each.distrusted; },
          [this](Worker& worker) { break_protocol(worker); });
    case Event::damage_slot:
      return play_worker(
          choice, [](const Worker& each) { return each.runs() && !each.running.empty(); },
          [](Worker& worker) { worker.slots[worker.running.front()].state = SlotState::damaged; });
    case Event::count:
      return;
  }
}

void SchedulerModel::finish() {
  m_scheduler.shut_down();
  decide();
  // The longest waits are those of the back-off.
  for (int round = 0; !m_scheduler.is_finished(); ++round) {
    must(round < 10'000, "a pool that is shut down ends");
    for (const Event event :
         {Event::spawn, Event::become_ready, Event::deliver, Event::start_call, Event::finish_call,
          Event::deliver, Event::obey_exit, Event::obey_signal, Event::tell_exit})
      for (std::uint32_t worker = 0; worker < m_workers.size(); ++worker) play(event, worker);
    pass_time(50);
  }
  must(m_unfinished == 0, "every call completes");
  must(m_workers.empty(), "no worker is left");
  must(!m_scheduler.next_timer(), "no timer is left");
}

const SimulatedWorker* SchedulerModel::find(WorkerNumber number) const {
  for (const Worker& worker : m_workers)
    if (worker.number == number) return &worker;
  return nullptr;
}

SimulatedWorker* SchedulerModel::find(WorkerNumber number) {
  return const_cast<Worker*>(std::as_const(*this).find(number));
}

/// Of the workers that meet the condition, if there are any, one.
template <typename Condition, typename Action>
void SchedulerModel::play_worker(std::uint32_t choice, Condition condition, Action action) {
  const std::size_t count = m_workers.size();
  for (std::size_t i = 0; i < count; ++i) {
    Worker& worker = m_workers[(choice + i) % count];
    if (condition(std::as_const(worker))) return action(worker);
  }
}

CallIndex SchedulerModel::pick_call(std::uint32_t choice) const {
  const std::size_t count = m_calls.size();
  for (std::size_t i = 0; i < std::min<std::size_t>(count, 8); ++i)
    if (m_calls[(choice + i) % count].open) return static_cast<CallIndex>((choice + i) % count);
  return 0;
}

// ---- call slots -------------------------------------------------------------------------------------------

bool SchedulerModel::recall(WorkerNumber number, std::uint32_t slot, CallNumber call) {
  Worker* const worker = find(number);
  must(worker, "no slot of a forgotten worker is recalled");
  Worker::Slot& found = worker->slots[slot];
  if (found.state != SlotState::offered || found.number != call) return false;
  found.state = SlotState::recalled;
  --worker->calls;
  --worker->tasks;
  m_calls[found.call].at = 0;
  ++m_queued;
  return true;
}

SlotReading SchedulerModel::read(WorkerNumber number, std::uint32_t slot, CallNumber call) const {
  const Worker* const worker = find(number);
  must(worker, "no slot of a forgotten worker is read");
  const Worker::Slot& found = worker->slots[slot];
  if (found.state == SlotState::damaged || found.number != call) return {SlotReading::damaged};
  if (found.state == SlotState::started) return {SlotReading::started, found.started_at};
  return {};
}

// ---- callers and time -------------------------------------------------------------------------------------

void SchedulerModel::submit(std::uint32_t choice) {
  if (!m_scheduler.is_open()) return;
  ++m_events;
  TaskOptions options;
  options.retries = static_cast<int>(choice % 4);
  if (choice % 11 == 0) options.priority = static_cast<int>(choice % 3) - 1;
  m_has_priorities = m_has_priorities || options.priority != 0;
  if (choice % 5 == 0) options.timeout = std::chrono::milliseconds(choice % 128);
  const bool is_coroutine = choice % 3 == 0;
  const CallIndex call = choice % 7 == 0 ? m_scheduler.submit_first(options, is_coroutine)
                                         : m_scheduler.submit(options, is_coroutine);
  if (call >= m_calls.size()) m_calls.resize(std::size_t{call} + 1);
  must(!m_calls[call].open, "a new call has an index of its own");
  m_calls[call] = {.open = true, .options = options};
  ++m_submitted;
  ++m_unfinished;
  ++m_queued;
  decide();
}

void SchedulerModel::recall_call(std::uint32_t choice) {
  const CallIndex index = pick_call(choice);
  if (!index) return;
  ++m_events;
  Call& call = m_calls[index];
  if (m_scheduler.recall(index)) {
    must(call.executions == 0, "a call that has run is not recalled");
    must(call.at == 0, "a call that was recalled is with no worker");
    call.open = false;
    --m_unfinished;
    --m_queued;
  }
  decide();
}

void SchedulerModel::terminate(std::uint32_t choice) {
  const CallIndex index = pick_call(choice);
  if (!index) return;
  ++m_events;
  m_terminating = index;
  const bool is_terminated = m_scheduler.terminate(index);
  decide();
  m_terminating = 0;
  must(is_terminated != m_calls[index].open, "a call that was terminated is complete");
}

void SchedulerModel::cancel_pending() {
  m_cancelling = true;
  m_scheduler.cancel_pending();
  decide();
  m_cancelling = false;
}

void SchedulerModel::request_workers(std::uint32_t choice) {
  if (!m_scheduler.is_open()) return;
  ++m_events;
  m_scheduler.request_workers(static_cast<int>(choice % 8));
  decide();
}

void SchedulerModel::break_pool(int signal) {
  m_may_break = true;
  m_scheduler.break_pool("broken by the test", signal);
  decide();
}

void SchedulerModel::pass_time(std::uint32_t choice) {
  ++m_events;
  m_now += std::chrono::milliseconds(choice % 64);
  m_scheduler.set_time(m_now);
  m_scheduler.run_due_timers();
  decide();
}

// ---- workers and zygote -----------------------------------------------------------------------------------

void SchedulerModel::spawn(Worker& worker) {
  ++m_events;
  worker.spawned = true;
  m_scheduler.on_spawned(worker.number);
  decide();
}

void SchedulerModel::refuse_spawn(Worker& worker, bool is_busy) {
  ++m_events;
  if (!is_busy) m_strikes += 2;
  worker.dead = true;
  m_scheduler.on_spawn_failed(worker.number, is_busy ? StartFailure::busy : StartFailure::refused, "refused");
  decide();
}

void SchedulerModel::start_call(Worker& worker) {
  Worker::Slot* const slot = worker.take_call();
  if (!slot) return;
  Call& call = m_calls[slot->call];
  check_execution(call);
  ++call.executions;
  call.runs_at = worker.number;
  worker.start(*slot, m_now);
}

void SchedulerModel::deliver(Worker& worker) {
  const Message message = worker.sent.front();
  worker.sent.erase(worker.sent.begin());
  if (m_scheduler.is_broken()) return;
  ++m_events;
  switch (message.kind) {
    case Message::ready:
      m_strikes = 0;
      worker.ready = true;
      worker.draining = m_options.max_tasks_per_child > 0 && worker.tasks >= m_options.max_tasks_per_child;
      return m_scheduler.on_ready(worker.number);
    case Message::result:
      m_strikes = 0;
      return deliver_result(worker, message);
    case Message::skipped:
      return must(m_scheduler.may_skip(worker.number, message.number),
                  "a call that was recalled may be skipped");
  }
}

void SchedulerModel::deliver_result(Worker& worker, const Message& message) {
  Worker::Slot& slot = *worker.find(message.number);
  slot.state = SlotState::unused;
  --worker.calls;
  if (message.is_full) worker.draining = true;
  const CallIndex index = m_scheduler.on_result(worker.number, message.number, message.is_full);
  must(index == slot.call, "a result finds its call");
  Call& call = m_calls[index];
  call.runs_at = call.at = 0;
  if (call.open) --m_unfinished;
  call.open = false;
}

void SchedulerModel::break_protocol(Worker& worker) {
  ++m_events;
  on_distrusted(worker);
  m_scheduler.on_protocol_error(worker.number);
  decide();
}

void SchedulerModel::tell_exit(Worker& worker) {
  while (!worker.sent.empty() && !worker.distrusted) deliver(worker);
  ++m_events;
  for (const Worker::Slot& slot : worker.slots)
    if (slot.state == SlotState::started || slot.state == SlotState::damaged) end_running_call(worker, slot);
  if (worker.stays()) on_unexpected_death();
  if (worker.stays() && !worker.ready) m_strikes += worker.how.signal == SIGKILL ? 1 : 4;
  m_scheduler.on_exited(worker.number, WorkerExit(worker.how));
  decide();
}

void SchedulerModel::end_running_call(Worker& worker, const Worker::Slot& slot) {
  Call& call = m_calls[slot.call];
  if (call.runs_at != worker.number) return;
  call.runs_at = 0;
  if (call.at != worker.number) return;
  call.at = 0;
  ++call.deaths;
  if (call.open) ++m_queued;
}

void SchedulerModel::kill_zygote(bool ends) {
  if (m_zygote_ended) return;
  ++m_events;
  ++m_kills;
  ++m_strikes;
  on_unexpected_death();
  for (Worker& worker : m_workers) {
    worker.orphaned = true;
    if (!worker.spawned)
      worker.dead = true;
    else if (!worker.dead)
      worker.die(SIGKILL, 0);
  }
  m_zygote_ended = ends;
  if (ends) m_may_break = true;
  ends ? m_scheduler.on_zygote_ended() : m_scheduler.on_zygote_killed();
  decide();
}

}  // namespace spritefarm::test
