#include "futures/scheduler.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

namespace spritefarm::futures {

// ---- calls ------------------------------------------------------------------------------------------------

CallIndex Scheduler::on_result(WorkerNumber number, CallNumber call_number, bool is_full) {
  const CallIndex call = m_calls.find(number, call_number);
  if (!call) return 0;
  Worker& worker = *find(number);
  if (worker.life.state() == WorkerState::starting) return 0;  // it can have run nothing yet
  take(worker, call);
  if (m_calls[call].state != CallState::detached) --m_outstanding;
  m_calls.release(call);
  m_backoff.on_progress();
  if (is_full) {
    worker.life.advance_to(WorkerState::draining);
    requeue_unstarted(worker);
  }
  return call;
}

bool Scheduler::may_skip(WorkerNumber worker, CallNumber call) const noexcept {
  return m_calls.find(worker, call) == 0;
}

bool Scheduler::terminate(CallIndex call) {
  if (!has_started(call)) return false;
  const CallRecord& record = m_calls[call];
  if (record.state == CallState::detached) return false;
  if (record.state == CallState::queued)
    m_queue.remove(call);
  else if (!recall_from(*find(record.worker), call)) {
    stop(call, Outcome::cancelled);
    return true;
  }
  complete(call, Outcome::cancelled);  // it has run, and waits to run again
  return true;
}

/// The call is in no list.
void Scheduler::complete(CallIndex call, Outcome outcome, const WorkerExit& how) {
  m_actions.push_back(CompleteCall{call, outcome, how});
  m_calls.release(call);
  --m_outstanding;
}

/// Completes a running call, and ends its coroutine or its worker.
void Scheduler::stop(CallIndex call, Outcome outcome) {
  CallRecord& record = m_calls[call];
  record.state = CallState::detached;
  --m_outstanding;
  m_actions.push_back(CompleteCall{call, outcome, {}});
  if (!record.is_coroutine) {
    m_deadlines.remove(call);
    return kill(*find(record.worker), SIGTERM);
  }
  m_actions.push_back(StopCall{record.worker, m_calls.number(call)});
  m_deadlines.set(call, detail::time_after(m_now, m_options.terminate_grace));
}

// ---- workers ----------------------------------------------------------------------------------------------

bool Scheduler::is_starting(WorkerNumber worker) const noexcept {
  const auto found = m_workers.find(worker);
  return found != m_workers.end() && found->second.life.state() == WorkerState::starting;
}

void Scheduler::on_spawned(WorkerNumber number) {
  Worker* const worker = find(number);
  if (!worker) return;
  worker->spawned = true;
  if (worker->life.state() != WorkerState::killed) return;
  // The signal has waited for the process.
  m_actions.push_back(SignalWorker{number, worker->kill_at ? SIGTERM : SIGKILL});
}

void Scheduler::on_ready(WorkerNumber number) {
  Worker* const worker = find(number);
  if (!worker) return;
  const bool has_all_tasks =
      m_options.max_tasks_per_child > 0 && worker->tasks >= m_options.max_tasks_per_child;
  worker->life.advance_to(has_all_tasks ? WorkerState::draining : WorkerState::ready);
  m_backoff.on_ready();
}

/// Requeues the calls that wait at the worker.
void Scheduler::kill(Worker& worker, int signal) {
  const bool is_first = worker.life.state() != WorkerState::killed;
  if (!is_first && signal != SIGKILL) return;
  worker.life.advance_to(WorkerState::killed);
  worker.kill_at.reset();
  if (signal != SIGKILL) worker.kill_at = detail::time_after(m_now, m_options.terminate_grace);
  if (worker.spawned) m_actions.push_back(SignalWorker{worker.number, signal});
  if (is_first) requeue_unstarted(worker);
}

void Scheduler::on_protocol_error(WorkerNumber number) {
  Worker* const worker = find(number);
  if (!worker) return;
  const WorkerState state = worker->life.state();
  kill(*worker, SIGKILL);
  if (state >= WorkerState::exiting || is_broken()) return;
  ++m_deaths;
  if (m_options.on_worker_death == OnWorkerDeath::break_pool)
    break_pool("a worker process was killed because it broke the protocol", SIGKILL);
  else if (state == WorkerState::starting)
    on_start_failed(StartFailure::crashed, "worker processes break the protocol before they are ready");
}

void Scheduler::on_exited(WorkerNumber number, const WorkerExit& how) {
  Worker* const worker = find(number);
  if (!worker) return;
  const WorkerState state = worker->life.state();
  remove_exited(*worker, how);
  if (state >= WorkerState::exiting || is_broken()) return;
  ++m_deaths;
  const std::string text = WorkerDied(how).what();
  if (m_options.on_worker_death == OnWorkerDeath::break_pool)
    break_pool("a worker process died: " + text, SIGKILL);
  else if (state == WorkerState::starting)
    on_start_failed(how.signal == SIGKILL ? StartFailure::killed : StartFailure::crashed,
                    "worker processes die before they are ready: " + text);
}

void Scheduler::on_spawn_failed(WorkerNumber number, StartFailure failure, const std::string& why) {
  Worker* const worker = find(number);
  if (!worker) return;
  remove_exited(*worker, {});
  if (!is_broken()) on_start_failed(failure, "no worker process could be started: " + why);
}

void Scheduler::on_zygote_killed() {
  for (auto next = m_workers.begin(); next != m_workers.end();) {
    Worker& worker = next++->second;
    if (!worker.spawned) {
      remove_exited(worker, {});  // its request died with the zygote
      continue;
    }
    if (worker.life.state() < WorkerState::exiting) ++m_deaths;
    kill(worker, SIGKILL);
  }
  if (is_broken()) return;
  if (m_options.on_worker_death == OnWorkerDeath::break_pool)
    break_pool("the zygote, the process that forks the pool's workers, was killed", SIGKILL);
  else
    on_start_failed(StartFailure::killed,
                    "the zygote, the process that forks the pool's workers, is killed again and again");
}

void Scheduler::on_zygote_ended() {
  m_backoff.stop();
  on_zygote_killed();
}

void Scheduler::on_start_failed(StartFailure failure, const std::string& why) {
  m_backoff.on_failure(failure, m_now);
  const auto works = [](const auto& each) {
    return each.second.life.state() == WorkerState::ready ||
           each.second.life.state() == WorkerState::draining;
  };
  if (m_backoff.is_exhausted() && std::none_of(m_workers.begin(), m_workers.end(), works))
    break_pool(why, SIGKILL);
}

/// Removes a worker that runs nothing any more. Requeues calls that it had started ahead of those that it had
/// not.
void Scheduler::remove_exited(Worker& worker, const WorkerExit& how) {
  requeue_unstarted(worker);
  for (CallIndex call = worker.calls.last, previous = 0; call; call = previous) {
    previous = m_calls[call].previous;
    take(worker, call);
    end_with_worker(call, how);
  }
  m_actions.push_back(ForgetWorker{worker.number});
  m_workers.erase(worker.number);
}

void Scheduler::end_with_worker(CallIndex call, const WorkerExit& how) {
  CallRecord& record = m_calls[call];
  if (record.state == CallState::detached)
    m_calls.release(call);
  else if (++record.deaths <= record.options.retries)
    requeue(call);
  else
    complete(call, Outcome::worker_died, how);
}

void Scheduler::break_pool(const std::string& why, int signal) {
  if (!is_broken()) m_broken = why;
  for (auto& [number, worker] : m_workers) {
    while (const CallIndex call = worker.calls.first) {
      take(worker, call);
      if (m_calls[call].state == CallState::detached)
        m_calls.release(call);
      else
        complete(call, Outcome::pool_broken);
    }
    kill(worker, signal);
  }
  while (const CallIndex call = m_queue.first()) {
    m_queue.remove(call);
    complete(call, Outcome::pool_broken);
  }
}

}  // namespace spritefarm::futures
