#include "cluster/node_book.hpp"

#include <algorithm>

namespace spritefarm::cluster {
namespace {

constexpr std::size_t max_cancelled = 100'000;

template <typename Table>
void erase_due(Table& table, NodeBook::Time now) {
  std::erase_if(table, [now](const auto& entry) { return entry.second <= now; });
}

}  // namespace

void NodeBook::set_time(Time now) noexcept {
  m_now = std::max(m_now, now);
}

// ---- the connection ---------------------------------------------------------------------------------------

void NodeBook::on_connected() {
  m_is_connected = true;
  beat();  // at once: it tells clients which of their calls have survived
  for (auto& [handle, call] : m_calls)
    if (call.state == State::done) publish(handle, call);
}

void NodeBook::on_disconnected() {
  m_is_connected = false;
  m_next_beat.reset();
  for (auto next = m_calls.begin(); next != m_calls.end();) {
    const auto each = next++;
    Call& call = each->second;
    call.tag = 0;
    call.is_refused = false;
    if (call.state == State::waiting || call.state == State::reported) forget(each);
  }
}

Handle NodeBook::on_delivery(std::uint64_t tag, bool is_redelivered, const std::string& reply_queue,
                             const std::string& client, CallKey key) {
  if (m_gone.contains(reply_queue) || m_gone.contains(client) || m_cancelled.contains({client, key.call})) {
    m_actions.emplace_back(AckDelivery{tag});
    return 0;
  }
  if (m_is_draining && !is_redelivered) {
    m_actions.emplace_back(RequeueDelivery{tag});
    return 0;
  }
  const Handle handle = ++m_last_handle;
  Call& call = m_calls[handle];
  call = {is_redelivered ? State::reported : State::waiting, tag, reply_queue, client, key, m_now};
  if (is_redelivered)
    publish(handle, call);  // rule 1
  else
    m_waiting.push_back(handle);
  return handle;
}

void NodeBook::on_bad_delivery(std::uint64_t tag) {
  m_actions.emplace_back(AckDelivery{tag});
}

void NodeBook::on_confirmed(Handle handle) {
  const auto found = m_calls.find(handle);
  if (found == m_calls.end()) return;
  acknowledge(found->second);
  forget(found);
}

void NodeBook::on_refused(Handle handle) {
  const auto found = m_calls.find(handle);
  if (found == m_calls.end()) return;
  found->second.is_refused = true;
  if (!m_next_beat) m_next_beat = m_now + m_options.beat;
}

void NodeBook::on_returned(const std::string& reply_queue) {
  m_gone[reply_queue] = m_now + m_options.remember_gone;
  m_greeted.erase(reply_queue);
  drop_if([&](const Call& call) { return call.reply_queue == reply_queue; });
}

void NodeBook::on_cancel(const CancelMessage& message) {
  if (message.all) {
    m_gone[message.client] = m_now + m_options.remember_gone;
    return drop_if([&](const Call& call) { return call.client == message.client; });
  }
  if (m_cancelled.size() >= max_cancelled) m_cancelled.clear();  // at worst, calls run in vain
  for (const CallId id : message.calls) {
    m_cancelled[{message.client, id}] = m_now + m_options.remember_gone;
    drop_if([&](const Call& call) { return call.client == message.client && call.key.call == id; });
  }
}

void NodeBook::on_hello(const std::string& reply_queue) {
  if (m_gone.contains(reply_queue)) return;
  m_greeted[reply_queue] = m_now + m_options.greeting_lasts;
  if (!m_next_beat) m_next_beat = m_now + m_options.beat;
  PublishBeat told{reply_queue};
  for (const auto& [handle, call] : m_calls)
    if (call.reply_queue == reply_queue && (call.state == State::running || call.state == State::done))
      told.calls.push_back(call.key);
  m_actions.emplace_back(std::move(told));
}

void NodeBook::on_status_changed() {
  if (m_is_connected) beat();
}

// ---- calls ------------------------------------------------------------------------------------------------

void NodeBook::on_done(Handle handle) {
  const auto found = m_calls.find(handle);
  if (found == m_calls.end()) return;
  Call& call = found->second;
  if (call.state != State::running && call.state != State::dropped) return;
  --m_running;
  if (call.state == State::dropped) return forget(found);
  ++m_done;
  call.state = State::done;
  if (m_is_connected) publish(handle, call);
}

void NodeBook::on_not_run(Handle handle) {
  const auto found = m_calls.find(handle);
  if (found == m_calls.end()) return;
  --m_running;
  forget(found);
}

void NodeBook::leave() {
  m_is_draining = true;
  for (auto next = m_calls.begin(); next != m_calls.end();) {
    const auto each = next++;
    if (each->second.state != State::waiting) continue;
    m_actions.emplace_back(RequeueDelivery{each->second.tag});
    forget(each);
  }
}

void NodeBook::plan() {
  std::map<std::string, std::vector<CallKey>> started;
  std::vector<Handle> run;
  for (; !m_waiting.empty() && m_running < m_options.slots; m_waiting.pop_front()) {
    const auto found = m_calls.find(m_waiting.front());
    if (found == m_calls.end() || found->second.state != State::waiting) continue;
    Call& call = found->second;
    call.state = State::running;
    call.since = m_now;
    ++m_running;
    started[call.reply_queue].push_back(call.key);
    run.push_back(found->first);
  }
  for (auto& [reply_queue, calls] : started)
    m_actions.emplace_back(PublishStarted{reply_queue, std::move(calls)});
  for (const Handle handle : run) m_actions.emplace_back(RunCall{handle});
  if (!run.empty() && m_is_connected && !m_next_beat) m_next_beat = m_now + m_options.beat;
}

void NodeBook::publish(Handle handle, const Call& call) {
  if (call.state == State::reported)
    m_actions.emplace_back(PublishRedelivered{handle});
  else
    m_actions.emplace_back(PublishOutcome{handle});
}

void NodeBook::acknowledge(Call& call) {
  if (call.tag != 0) m_actions.emplace_back(AckDelivery{call.tag});
  call.tag = 0;
}

/// Nobody waits for the call. One that runs is stopped and keeps its slot until the pool has ended it.
void NodeBook::drop(Calls::iterator found) {
  Call& call = found->second;
  acknowledge(call);
  if (call.state == State::dropped) return;
  if (call.state != State::running) return forget(found);
  call.state = State::dropped;
  m_actions.emplace_back(StopCall{found->first});
}

template <typename Condition>
void NodeBook::drop_if(Condition condition) {
  for (auto next = m_calls.begin(); next != m_calls.end();) {
    const auto each = next++;
    if (condition(each->second)) drop(each);
  }
}

void NodeBook::forget(Calls::iterator found) {
  m_actions.emplace_back(ForgetCall{found->first});
  m_calls.erase(found);
}

// ---- time -------------------------------------------------------------------------------------------------

/// Tells each client which of its calls live here. A client is one with calls, or one that greets.
void NodeBook::beat() {
  std::map<std::string, std::vector<CallKey>> told;
  for (const auto& [reply_queue, until] : m_greeted) told[reply_queue];
  for (const auto& [handle, call] : m_calls)
    if (call.state == State::running || call.state == State::done) told[call.reply_queue].push_back(call.key);
  for (auto& [reply_queue, calls] : told) m_actions.emplace_back(PublishBeat{reply_queue, std::move(calls)});
  m_next_beat.reset();
  if (!told.empty()) m_next_beat = m_now + m_options.beat;
}

void NodeBook::run_due_timers() {
  if (!m_next_beat || *m_next_beat > m_now) return;
  erase_due(m_greeted, m_now);
  erase_due(m_gone, m_now);
  erase_due(m_cancelled, m_now);
  for (auto next = m_calls.begin(); next != m_calls.end();) {
    const auto each = next++;
    Call& call = each->second;
    if (std::exchange(call.is_refused, false)) publish(each->first, call);
    if (m_now - call.since < m_options.max_unacknowledged) continue;  // rule 3
    if (call.state == State::running) {
      acknowledge(call);
    } else if (call.state == State::waiting) {
      m_actions.emplace_back(RequeueDelivery{call.tag});
      forget(each);
    }
  }
  beat();
}

std::optional<NodeBook::Time> NodeBook::next_timer() const {
  return m_next_beat;
}

}  // namespace spritefarm::cluster
