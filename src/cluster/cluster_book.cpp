#include "cluster/cluster_book.hpp"

#include <spritefarm/detail/deadline.hpp>

#include <algorithm>

namespace spritefarm::cluster {

void ClusterBook::set_time(Time now) noexcept {
  m_now = std::max(m_now, now);
}

// ---- requests of callers ----------------------------------------------------------------------------------

CallId ClusterBook::submit(const TaskOptions& options, std::size_t bytes) {
  const CallId id = ++m_last_call;
  Call& call = m_calls[id];
  if (options.timeout) call.timeout = std::max(*options.timeout, Duration(std::chrono::nanoseconds(0)));
  call.retries = std::max(options.retries, 0);
  call.bytes = bytes;
  m_waiting.push_back(id);
  return id;
}

bool ClusterBook::recall(CallId id) {
  const auto found = m_calls.find(id);
  if (found == m_calls.end()) return false;
  if (!has_never_left(found->second)) return false;
  erase(found);
  return true;
}

bool ClusterBook::terminate(CallId id) {
  const auto found = m_calls.find(id);
  if (found == m_calls.end()) return false;
  if (found->second.attempt > 0) m_actions.emplace_back(CancelCall{id});
  complete(found, Ending::cancelled);
  return true;
}

/// Whether no broker has ever had the call, so that it has surely not run.
bool ClusterBook::has_never_left(const Call& call) noexcept {
  return call.phase != Phase::published && call.attempt == call.refusals;
}

void ClusterBook::cancel_waiting() {
  for (auto next = m_calls.begin(); next != m_calls.end();) {
    const auto each = next++;
    if (has_never_left(each->second)) complete(each, Ending::cancelled);
  }
}

void ClusterBook::break_cluster() {
  m_is_broken = true;
  while (!m_calls.empty()) complete(m_calls.begin(), Ending::broken);
}

// ---- the own connection -----------------------------------------------------------------------------------

void ClusterBook::on_connected(Kept kept) {
  m_is_steady_from_start = !m_away_since;
  m_connected_at = m_now;
  m_away_since.reset();
  m_is_blocked = false;
  for (auto next = m_calls.begin(); next != m_calls.end();) {
    const auto each = next++;
    auto& [id, call] = *each;
    if (call.phase != Phase::published) continue;
    if (!call.has_started && !(kept.calls && kept.replies)) {
      repeat(id, call);
    } else if (kept.replies) {  // rule 6
      set_timer(id, call);
    } else {
      on_lost(each, Ending::broken, {});
    }
  }
}

void ClusterBook::on_disconnected() {
  if (!m_away_since) m_away_since = m_now;
  m_connected_at.reset();
  for (auto& [id, call] : m_calls) {
    if (call.phase == Phase::published && !call.is_confirmed && !call.has_started) {  // rule 7
      ++m_republished;
      repeat(id, call);
    } else {
      set_timer(id, call);
    }
  }
}

void ClusterBook::on_confirmed(CallKey key) {
  if (Call* const call = find_current(key)) call->is_confirmed = true;
}

void ClusterBook::on_refused(CallKey key) {
  Call* const call = find_current(key);
  if (!call) return;
  leave_broker(*call);
  ++call->refusals;
  call->has_started = false;
  set_timer(key.call, *call);
  call->phase = Phase::delayed;
  call->due = m_now + refusal_delay;
  m_timers.emplace(*call->due, key.call);
}

// ---- messages of nodes ------------------------------------------------------------------------------------

void ClusterBook::on_started(const StartedMessage& message) {
  for (const CallKey& key : message.calls) {
    Call* const call = find_current(key);
    if (!call || call->has_started) continue;
    call->has_started = true;
    call->started_at = call->heard_at = m_now;
    call->node = message.node;
    if (!call->has_ever_started) m_actions.emplace_back(MarkRunning{key.call});
    call->has_ever_started = true;
    set_timer(key.call, *call);
  }
}

bool ClusterBook::on_outcome(CallKey key) {
  const auto found = m_calls.find(key.call);
  if (found == m_calls.end() || key.attempt > found->second.attempt) return false;
  erase(found);
  return true;
}

void ClusterBook::on_died(const DiedMessage& message) {
  if (find_current(message.key)) on_lost(m_calls.find(message.key.call), Ending::worker_died, message.how);
}

void ClusterBook::on_redelivered(CallKey key) {
  Call* const call = find_current(key);
  if (!call) return;
  const auto found = m_calls.find(key.call);
  if (!call->has_started) {
    if (++call->redeliveries > max_redeliveries)
      complete(found, Ending::node_lost);
    else
      repeat(key.call, *call);
    return;
  }
  const bool is_steady =
      m_connected_at && (m_is_steady_from_start || m_now - *m_connected_at >= steady_after);
  if (call->retries > 0 && is_steady) return on_lost(found, Ending::node_lost, {});
  call->heard_at = m_now;  // a beat must name it from now on
  set_timer(key.call, *call);
}

void ClusterBook::on_beat(const BeatMessage& message) {
  Node& node = m_nodes[message.node];
  m_slots += message.slots;
  m_slots -= node.facts.slots;
  node = {{message.node, message.host, message.slots, message.busy, message.done, {}, message.status}, m_now};
  for (const CallKey& key : message.calls) {
    Call* const call = find_current(key);
    if (!call) continue;
    if (!call->has_started) on_started({message.node, {key}});  // the message `started` was lost
    call->heard_at = m_now;                                     // its timer finds that when it is due
  }
}

// ---- time -------------------------------------------------------------------------------------------------

std::optional<ClusterBook::Time> ClusterBook::due_of(const Call& call) const {
  if (call.phase == Phase::delayed) return call.due;
  if (!call.has_started || !m_connected_at) return std::nullopt;
  Time due = std::max(call.heard_at, *m_connected_at) + m_options.node_timeout;  // rule 6
  if (call.timeout.count() >= 0) {
    const Time end = detail::time_after(call.started_at, call.timeout);
    due = std::min(due, detail::time_after(std::max(end, *m_connected_at), m_options.node_timeout));
  }
  return due;
}

void ClusterBook::set_timer(CallId id, Call& call) {
  const auto due = due_of(call);
  if (due == call.due) return;
  if (call.due) m_timers.erase({*call.due, id});
  call.due = due;
  if (due) m_timers.emplace(*due, id);
}

void ClusterBook::on_timer(Calls::iterator found) {
  auto& [id, call] = *found;
  if (call.phase == Phase::delayed) return repeat(id, call);  // rule 8
  set_timer(id, call);
  if (!call.due || *call.due > m_now) return;
  if (std::max(call.heard_at, *m_connected_at) + m_options.node_timeout <= m_now)
    return on_lost(found, Ending::node_lost, {});
  m_actions.emplace_back(CancelCall{id});
  complete(found, Ending::timed_out);
}

void ClusterBook::run_due_timers() {
  while (!m_timers.empty() && m_timers.begin()->first <= m_now)
    on_timer(m_calls.find(m_timers.begin()->second));
  if (m_away_since && m_now - *m_away_since >= m_options.patience && !m_is_broken) break_cluster();
  forget_silent_nodes();
}

std::optional<ClusterBook::Time> ClusterBook::next_timer() const {
  std::optional<Time> next;
  const auto at = [&next](Time time) {
    if (!next || time < *next) next = time;
  };
  if (!m_timers.empty()) at(m_timers.begin()->first);
  if (m_away_since && !m_is_broken) at(*m_away_since + m_options.patience);
  for (const auto& [name, node] : m_nodes) at(node.seen + m_options.node_timeout);
  return next;
}

void ClusterBook::forget_silent_nodes() {
  for (auto next = m_nodes.begin(); next != m_nodes.end();) {
    const auto each = next++;
    if (each->second.seen + m_options.node_timeout > m_now) continue;
    m_slots -= each->second.facts.slots;
    m_nodes.erase(each);
  }
}

// ---- calls ------------------------------------------------------------------------------------------------

/// Null if this is not the current attempt of a call in the broker.
ClusterBook::Call* ClusterBook::find_current(CallKey key) {
  const auto found = m_calls.find(key.call);
  if (found == m_calls.end() || found->second.attempt != key.attempt ||
      found->second.phase != Phase::published)
    return nullptr;
  return &found->second;
}

void ClusterBook::leave_broker(Call& call) noexcept {
  --m_outstanding;
  m_outstanding_bytes -= call.bytes;
}

void ClusterBook::repeat(CallId id, Call& call) {
  if (call.phase == Phase::published) leave_broker(call);
  call.phase = Phase::waiting;
  call.has_started = false;
  set_timer(id, call);
  m_repeated.push_back(id);
}

/// An execution is lost. The call runs again if its retries allow.
void ClusterBook::on_lost(Calls::iterator found, Ending ending, const WorkerExit& how) {
  auto& [id, call] = *found;
  ++m_deaths;
  ++m_node_deaths[call.node];
  if (call.retries == 0) return complete(found, ending, how);
  --call.retries;
  repeat(id, call);
}

void ClusterBook::complete(Calls::iterator found, Ending ending, const WorkerExit& how) {
  m_actions.emplace_back(CompleteCall{found->first, ending, how, found->second.node});
  erase(found);
}

void ClusterBook::erase(Calls::iterator found) {
  Call& call = found->second;
  if (call.phase == Phase::published) leave_broker(call);
  if (call.due) m_timers.erase({*call.due, found->first});
  m_calls.erase(found);
}

/// Keeps no more calls in the broker than its nodes are busy with for a while: those that wait here can be
/// cancelled. A call of any size may be there alone.
bool ClusterBook::has_room(const Call& call) const noexcept {
  if (m_outstanding == 0) return true;
  const std::uint64_t useful = 2 * m_slots + 64;
  return m_outstanding < m_options.max_outstanding && static_cast<std::uint64_t>(m_outstanding) < useful &&
         m_outstanding_bytes + call.bytes <= m_options.max_outstanding_bytes;
}

void ClusterBook::publish(CallId id, Call& call) {
  ++m_outstanding;
  m_outstanding_bytes += call.bytes;
  call.phase = Phase::published;
  call.is_confirmed = call.has_started = false;
  ++call.attempt;
  m_actions.emplace_back(PublishCall{{id, call.attempt}});
}

void ClusterBook::plan() {
  if (!m_connected_at || m_is_blocked || m_is_broken) return;
  for (std::deque<CallId>* const queue : {&m_repeated, &m_waiting}) {
    for (; !queue->empty(); queue->pop_front()) {
      const auto found = m_calls.find(queue->front());
      if (found == m_calls.end() || found->second.phase != Phase::waiting) continue;
      Call& call = found->second;
      if (!has_room(call)) return;
      publish(found->first, call);
    }
  }
}

}  // namespace spritefarm::cluster
