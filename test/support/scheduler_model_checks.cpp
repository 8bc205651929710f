#include "support/scheduler_model.hpp"

#include <algorithm>
#include <csignal>
#include <variant>

namespace spritefarm::test {

using SlotState = SimulatedWorker::SlotState;

void SchedulerModel::decide() {
  m_scheduler.plan();
  for (const Action& action : m_scheduler.actions())
    std::visit([this](const auto& each) { on(each); }, action);
  m_scheduler.actions().clear();
  must(m_may_break || m_strikes >= 20 || !m_scheduler.is_broken(),
       "a pool breaks only on request, or when starts fail and nothing else happens");
  must(m_scheduler.outstanding() == m_unfinished, "the scheduler counts the calls that are not complete");
  if (!m_scheduler.is_broken()) check_nobody_waits_in_vain();
}

// ---- actions ----------------------------------------------------------------------------------------------

void SchedulerModel::on(const SpawnWorker& spawn) {
  must(spawn.worker == ++m_last_worker, "worker numbers are not reused");
  must(!m_scheduler.is_broken() && !m_zygote_ended, "a broken pool starts no workers");
  const auto staying =
      std::count_if(m_workers.begin(), m_workers.end(), [](const Worker& each) { return each.stays(); });
  must(staying < m_options.max_workers, "there are at most max_workers");
  m_workers.emplace_back(spawn.worker, m_options.worker_slots);
}

void SchedulerModel::on(const SendCall& send) {
  Worker* const worker = find(send.worker);
  must(worker, "no call is sent to a forgotten worker");
  must(worker->stays() && !worker->distrusted && !worker->draining,
       "no call is sent to a worker that is to end");
  Worker::Slot& slot = worker->slots.at(send.slot);
  must(slot.state == SlotState::unused || slot.state == SlotState::recalled, "a slot holds one call");
  Call& call = m_calls[send.call];
  must(call.open && call.at == 0 && call.runs_at == 0, "a call is with one worker");
  must(++worker->calls <= m_options.worker_slots, "a worker has no more calls than slots");
  ++worker->tasks;
  if (m_options.max_tasks_per_child > 0) {
    must(worker->tasks <= m_options.max_tasks_per_child,
         "a worker receives at most max_tasks_per_child calls");
    if (worker->tasks == m_options.max_tasks_per_child && worker->ready) worker->draining = true;
  }
  --m_queued;
  call.at = send.worker;
  slot = {SlotState::offered, send.number, send.call, {}};
  worker->channel.push_back(send.slot);
}

void SchedulerModel::on(const CompleteCall& done) {
  Call& call = m_calls[done.call];
  must(call.open, "a call completes once");
  switch (done.outcome) {
    case Outcome::cancelled:
      must(m_terminating == done.call || (m_cancelling && call.executions == 0),
           "a call is cancelled on request");
      break;
    case Outcome::timed_out:
      must(call.options.timeout && call.executions > 0, "only a call that has started times out");
      break;
    case Outcome::worker_died:
      must(call.deaths > call.options.retries, "a call dies when its retries are used up");
      break;
    case Outcome::pool_broken:
      must(m_scheduler.is_broken(), "only a broken pool fails all calls");
      break;
  }
  if (call.at == 0) --m_queued;
  call.open = false;
  --m_unfinished;
}

void SchedulerModel::on(const StopCall& stop) {
  must(find(stop.worker), "no call is stopped at a forgotten worker");
}

void SchedulerModel::on(const AskToExit& ask) {
  Worker* const worker = find(ask.worker);
  must(worker, "no forgotten worker is asked to exit");
  must(worker->calls == 0, "a worker is asked to exit when it has no calls");
  must(worker->stays(), "a worker is asked to exit once");
  worker->asked_to_exit = true;
}

void SchedulerModel::on(const SignalWorker& signal) {
  Worker* const worker = find(signal.worker);
  must(worker && worker->spawned, "no worker is signalled that does not exist");
  must(signal.signal == SIGKILL || signal.signal == SIGTERM, "a signal ends a worker");
  worker->signal = signal.signal;
}

void SchedulerModel::on(const DistrustWorker& distrust) {
  Worker* const worker = find(distrust.worker);
  must(worker, "no forgotten worker is distrusted");
  on_distrusted(*worker);
}

void SchedulerModel::on(const ForgetWorker& forget) {
  const auto worker = std::find_if(m_workers.begin(), m_workers.end(),
                                   [&](const Worker& each) { return each.number == forget.worker; });
  must(worker != m_workers.end() && worker->dead, "a worker is forgotten after its end");
  m_workers.erase(worker);
}

void SchedulerModel::on_distrusted(Worker& worker) {
  worker.distrusted = true;
  if (!worker.stays()) return;
  if (!worker.ready) m_strikes += 4;
  on_unexpected_death();
}

void SchedulerModel::on_unexpected_death() {
  if (m_options.on_worker_death == OnWorkerDeath::break_pool) m_may_break = true;
}

// ---- properties -------------------------------------------------------------------------------------------

/// A worker of a broken pool may start calls that have failed already, until its signal arrives.
void SchedulerModel::check_execution(const Call& call) const {
  if (m_scheduler.is_broken()) return;
  must(call.open, "no complete call starts");
  must(call.runs_at == 0, "no call runs twice at a time");
  must(call.executions == call.deaths, "a call runs again only after a death");
  must(call.executions <= call.options.retries, "no call runs more often than its retries allow");
}

bool SchedulerModel::is_usable(const Worker& worker) const {
  return worker.stays() && !worker.distrusted && !worker.draining && worker.calls < m_options.worker_slots &&
         (!m_has_priorities || worker.calls <= static_cast<std::size_t>(m_options.worker_concurrency)) &&
         (m_options.max_tasks_per_child == 0 || worker.tasks < m_options.max_tasks_per_child);
}

void SchedulerModel::check_nobody_waits_in_vain() const {
  bool has_idle = false;
  bool has_usable = false;
  int staying = 0;
  for (const Worker& worker : m_workers) {
    staying += worker.stays();
    must(worker.signal == 0 || !worker.has_recallable_call(), "no call waits at a worker that was killed");
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
      must(worker.calls <= static_cast<std::size_t>(m_options.worker_concurrency) ||
               !worker.has_recallable_call(),
           "no call waits at one worker while another is idle");
  }
}

}  // namespace spritefarm::test
