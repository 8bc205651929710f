#include "futures/worker_handle.hpp"

#include <utility>

namespace spritefarm {

WorkerHandle::WorkerHandle(std::uint32_t number, std::unique_ptr<ipc::Channel> channel, ipc::CallSlots slots,
                           int concurrency)
    : m_number(number),
      m_channel(std::move(channel)),
      m_slots(std::move(slots)),
      m_concurrency(static_cast<std::size_t>(concurrency)) {
  for (std::uint32_t slot = m_slots.count(); slot > 0; --slot) m_free_slots.push_back(slot - 1);
}

void WorkerHandle::send(std::uint64_t call_number, PendingCall pending) {
  const std::uint32_t slot = m_free_slots.back();
  m_free_slots.pop_back();
  detail::RemoteCall& call = *pending.call;
  call.worker = m_number;
  call.number = call_number;
  const auto owner = pending.call;
  m_sent.emplace(call_number, Sent{std::move(pending), slot});
  ++m_tasks;
  m_slots.offer(slot, call_number);
  ipc::FrameHeader header;
  header.kind = ipc::FrameKind::call;
  header.slot = slot;
  header.call = call_number;
  m_channel->send(header, call.request(), owner);
}

std::optional<PendingCall> WorkerHandle::recall(std::uint64_t call_number) {
  const auto sent = m_sent.find(call_number);
  if (sent == m_sent.end() || !m_slots.recall(sent->second.slot, call_number)) return std::nullopt;
  --m_tasks;
  return take(sent);
}

std::optional<PendingCall> WorkerHandle::recall_newest() {
  for (auto sent = m_sent.rbegin(); sent != m_sent.rend(); ++sent)
    if (m_slots.recall(sent->second.slot, sent->first)) {
      --m_tasks;
      return take(std::prev(sent.base()));
    }
  return std::nullopt;
}

std::optional<PendingCall> WorkerHandle::finish(std::uint64_t call_number) {
  const auto sent = m_sent.find(call_number);
  if (sent == m_sent.end()) return std::nullopt;
  return take(sent);
}

std::shared_ptr<detail::RemoteCall> WorkerHandle::detach(std::uint64_t call_number) {
  auto call = std::move(m_sent.at(call_number).pending.call);
  call->worker = 0;
  return call;
}

WorkerHandle::Unfinished WorkerHandle::take_all() {
  Unfinished unfinished;
  while (!m_sent.empty()) {
    const auto sent = m_sent.begin();
    const bool has_started = !m_slots.recall(sent->second.slot, sent->first);
    PendingCall pending = take(sent);
    if (pending.call)
      (has_started ? unfinished.started : unfinished.not_started).push_back(std::move(pending));
  }
  return unfinished;
}

std::optional<ipc::CallSlots::Clock::time_point> WorkerHandle::started(std::uint64_t call_number) const {
  const auto sent = m_sent.find(call_number);
  if (sent == m_sent.end()) return std::nullopt;
  return m_slots.started(sent->second.slot, call_number);
}

bool WorkerHandle::damaged(std::uint64_t call_number) const {
  return m_slots.damaged(m_sent.at(call_number).slot, call_number);
}

const detail::RemoteCall* WorkerHandle::look_at(std::uint64_t call_number) const {
  const auto sent = m_sent.find(call_number);
  return sent == m_sent.end() ? nullptr : sent->second.pending.call.get();
}

PendingCall WorkerHandle::take(Calls::iterator sent) {
  m_free_slots.push_back(sent->second.slot);
  PendingCall pending = std::move(sent->second.pending);
  m_sent.erase(sent);
  if (pending.call) pending.call->worker = 0;
  return pending;
}

}  // namespace spritefarm
