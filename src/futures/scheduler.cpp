#include "futures/scheduler.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

namespace spritefarm::futures {
Scheduler::Worker::Worker(WorkerNumber worker_number, std::uint32_t slots)
    : number(worker_number), free_slots(slots) {
  for (std::uint32_t slot = 0; slot < slots; ++slot) free_slots[slot] = slots - 1 - slot;
}

Scheduler::Scheduler(const SchedulerOptions& options, SlotView& slots) : m_options(options), m_slots(slots) {}

CallIndex Scheduler::submit(const TaskOptions& options, bool is_coroutine) {
  const CallIndex call = add(options, is_coroutine);
  m_queue.append(call);
  return call;
}

CallIndex Scheduler::submit_first(const TaskOptions& options, bool is_coroutine) {
  const CallIndex call = add(options, is_coroutine);
  m_queue.prepend(call);
  return call;
}

CallIndex Scheduler::add(const TaskOptions& options, bool is_coroutine) {
  const CallIndex call = m_calls.add(options, is_coroutine);
  ++m_outstanding;
  m_has_priorities = m_has_priorities || options.priority != 0;
  return call;
}

bool Scheduler::recall(CallIndex call) {
  if (!m_calls.contains(call)) return false;
  const CallRecord& record = m_calls[call];
  if (record.deaths > 0) return false;  // it has run, and will run again
  if (record.state == CallState::queued)
    m_queue.remove(call);
  else if (record.state != CallState::sent || !recall_from(*find(record.worker), call))
    return false;
  m_calls.release(call);
  --m_outstanding;
  return true;
}

bool Scheduler::has_started(CallIndex call) const {
  if (!m_calls.contains(call)) return false;
  const CallRecord& record = m_calls[call];
  if (record.state == CallState::sent && record.deaths == 0)
    return m_slots.read(record.worker, record.slot, m_calls.number(call)).state == SlotReading::started;
  return record.state == CallState::detached || record.deaths > 0;
}

void Scheduler::cancel_pending() {
  for (auto& [number, worker] : m_workers) requeue_unstarted(worker);
  for (CallIndex call = m_queue.first(), next = 0; call; call = next) {
    next = m_queue.after(call);
    if (m_calls[call].deaths > 0) continue;
    m_queue.remove(call);
    complete(call, Outcome::cancelled);
  }
}

void Scheduler::request_workers(int count) {
  while (m_workers.size() < static_cast<std::size_t>(std::max(count, 0)) && start_worker()) continue;
}

bool Scheduler::is_finished() const noexcept {
  return m_shut_down && m_workers.empty() && !m_queue.first();
}

// ---- placement --------------------------------------------------------------------------------------------

void Scheduler::plan() {
  if (m_backoff.is_stopped() && m_workers.empty() && !is_broken())
    break_pool("the zygote, the process that forks the pool's workers, and its standbys have ended", SIGKILL);
  if (is_broken()) return;
  release_idle();  // each makes room for a new worker
  place_queued();
  share_backlog();
  release_idle();
}

void Scheduler::place_queued() {
  while (const CallIndex call = m_queue.first()) {
    Worker* worker = least_busy();
    if (!worker || worker->calls.size > 0)
      if (Worker* const started = start_worker()) worker = started;
    if (m_has_priorities && (!worker || worker->calls.size >= concurrency())) {
      recall_lower(m_calls[call].options.priority);
      worker = least_busy();
    }
    if (!worker) return;
    m_queue.remove(call);
    send(*worker, call);
  }
}

/// Recalls what waits at workers and has a lower priority. So it never recalls a call of this plan(), which
/// sends those of higher priority first.
void Scheduler::recall_lower(int priority) {
  std::vector<CallIndex> recalled;
  for (auto& [number, worker] : m_workers) {
    if (worker.life.state() > WorkerState::ready) continue;  // nothing could take their place there
    for (CallIndex call = worker.calls.last, previous = 0; call; call = previous) {
      previous = m_calls[call].previous;
      if (m_calls[call].options.priority < priority && recall_from(worker, call)) recalled.push_back(call);
    }
  }
  const auto is_newer = [this](CallIndex a, CallIndex b) { return m_calls[a].order > m_calls[b].order; };
  std::sort(recalled.begin(), recalled.end(), is_newer);
  for (const CallIndex call : recalled) requeue(call);
}

/// Moves waiting calls from other workers to idle ones, one at a time, so that each idle worker receives
/// some. It never recalls a call of this plan(), whose SendCall is not performed yet: while a worker is idle,
/// plan() sends no other one more than it can run.
void Scheduler::share_backlog() {
  if (m_queue.first()) return;
  for (auto& [number, worker] : m_workers) worker.was_idle = worker.calls.size == 0;
  while (Worker* const idle = least_busy()) {
    if (!idle->was_idle) return;
    const CallIndex call = recall_from_backlog(idle->calls.size);
    if (!call) return;
    send(*idle, call);
  }
}

/// From a worker with more than `size` calls, and more than it can run; 0: none.
CallIndex Scheduler::recall_from_backlog(std::size_t size) {
  size = std::max(size, concurrency());
  for (auto& [number, worker] : m_workers) {
    if (worker.calls.size <= size || worker.was_idle) continue;
    if (const CallIndex call = recall_newest(worker)) return call;
  }
  return 0;
}

/// Asks idle workers to exit that will receive no more calls.
void Scheduler::release_idle() {
  const auto is_idle = [](const auto& each) { return each.second.calls.size == 0; };
  const bool all_done =
      m_shut_down && !m_queue.first() && std::all_of(m_workers.begin(), m_workers.end(), is_idle);
  for (auto& [number, worker] : m_workers) {
    const WorkerState state = worker.life.state();
    if (state >= WorkerState::exiting || worker.calls.size > 0) continue;
    if (state != WorkerState::draining && !all_done) continue;
    worker.life.advance_to(WorkerState::exiting);
    m_actions.push_back(AskToExit{number});
  }
}

Scheduler::Worker* Scheduler::find(WorkerNumber number) noexcept {
  const auto found = m_workers.find(number);
  return found == m_workers.end() ? nullptr : &found->second;
}

Scheduler::Worker* Scheduler::start_worker() {
  if (!m_backoff.allows_start()) return nullptr;
  const auto stays = [](const auto& each) { return each.second.life.state() < WorkerState::exiting; };
  if (std::count_if(m_workers.begin(), m_workers.end(), stays) >= m_options.max_workers) return nullptr;
  const WorkerNumber number = ++m_last_worker;
  m_actions.push_back(SpawnWorker{number});
  return &m_workers.try_emplace(number, number, m_options.worker_slots).first->second;
}

Scheduler::Worker* Scheduler::least_busy() noexcept {
  Worker* least = nullptr;
  for (auto& [number, worker] : m_workers)
    if (accepts_calls(worker) && (!least || worker.calls.size < least->calls.size)) least = &worker;
  return least;
}

bool Scheduler::accepts_calls(const Worker& worker) const noexcept {
  return worker.life.state() <= WorkerState::ready && !worker.free_slots.empty() &&
         (!m_has_priorities || worker.calls.size <= concurrency()) &&
         (m_options.max_tasks_per_child == 0 || worker.tasks < m_options.max_tasks_per_child);
}

void Scheduler::send(Worker& worker, CallIndex call) {
  CallRecord& record = m_calls[call];
  record.state = CallState::sent;
  record.worker = worker.number;
  record.slot = worker.free_slots.back();
  ++record.sends;
  worker.free_slots.pop_back();
  m_calls.append(worker.calls, call);
  if (++worker.tasks == m_options.max_tasks_per_child && worker.life.state() == WorkerState::ready)
    worker.life.advance_to(WorkerState::draining);
  if (record.options.timeout) m_deadlines.set(call, detail::time_after(m_now, *record.options.timeout));
  m_actions.push_back(SendCall{worker.number, call, m_calls.number(call), record.slot});
}

/// The newest call that has not started; 0: all have.
CallIndex Scheduler::recall_newest(Worker& worker) {
  for (CallIndex call = worker.calls.last; call; call = m_calls[call].previous)
    if (recall_from(worker, call)) return call;
  return 0;
}

/// A call that was recalled is in no list.
bool Scheduler::recall_from(Worker& worker, CallIndex call) {
  const CallRecord& record = m_calls[call];
  if (record.state != CallState::sent || !m_slots.recall(worker.number, record.slot, m_calls.number(call)))
    return false;
  take(worker, call);
  --worker.tasks;
  return true;
}

void Scheduler::requeue_unstarted(Worker& worker) {
  for (CallIndex call = worker.calls.last, previous = 0; call; call = previous) {
    previous = m_calls[call].previous;
    if (recall_from(worker, call)) requeue(call);
  }
}

void Scheduler::take(Worker& worker, CallIndex call) noexcept {
  worker.free_slots.push_back(m_calls[call].slot);  // never beyond its first size: no allocation
  m_calls.remove(worker.calls, call);
  m_deadlines.remove(call);
}

void Scheduler::requeue(CallIndex call) {
  m_calls[call].state = CallState::queued;
  m_queue.prepend(call);
}

// ---- time -------------------------------------------------------------------------------------------------

void Scheduler::set_time(Time now) noexcept {
  m_now = std::max(m_now, now);
}

void Scheduler::add_pause(Time begin, Time end) {
  m_pauses.push_back({begin, end - begin});
  m_deadlines.postpone(end - begin);
  for (auto& [number, worker] : m_workers)
    if (worker.kill_at) *worker.kill_at += end - begin;
}

std::optional<Scheduler::Time> Scheduler::next_timer() const noexcept {
  std::optional<Time> next = m_deadlines.next();
  const auto consider = [&next](const std::optional<Time>& time) {
    if (time && (!next || *time < *next)) next = time;
  };
  if (m_queue.first()) consider(m_backoff.not_before());
  for (const auto& [number, worker] : m_workers) consider(worker.kill_at);
  return next;
}

void Scheduler::run_due_timers() {
  m_backoff.run_due(m_now);
  while (const auto call = m_deadlines.pop_due(m_now)) on_deadline(*call);
  for (auto& [number, worker] : m_workers)
    if (worker.kill_at && *worker.kill_at <= m_now) kill(worker, SIGKILL);
}

/// When a call that started at `start` has run for `timeout`, but for pauses.
Scheduler::Time Scheduler::end_of(Time start, std::chrono::nanoseconds timeout) const noexcept {
  Time end = detail::time_after(start, timeout);
  for (const Pause& pause : m_pauses)
    if (pause.begin >= start && end < Time::max() - pause.length) end += pause.length;
  return end;
}

/// The first deadline of a call assumes that it started when it was sent. It may have started later, or not
/// yet.
void Scheduler::on_deadline(CallIndex call) {
  using namespace std::chrono_literals;
  const CallRecord& record = m_calls[call];
  Worker& worker = *find(record.worker);
  if (record.state == CallState::detached)
    return kill(worker, SIGTERM);  // its coroutine does not return to the loop
  const SlotReading reading = m_slots.read(worker.number, record.slot, m_calls.number(call));
  if (reading.state == SlotReading::damaged) {
    m_actions.push_back(DistrustWorker{worker.number});
    return on_protocol_error(worker.number);
  }
  const bool has_started = reading.state == SlotReading::started;
  const Time due = end_of(has_started ? reading.started_at : m_now, *record.options.timeout);
  if (has_started && due <= m_now)
    stop(call, Outcome::timed_out);
  else
    m_deadlines.set(call, std::max(due, m_now + 1ms));
}

}  // namespace spritefarm::futures
