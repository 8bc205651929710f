#include "futures/call_table.hpp"

namespace spritefarm::futures {

CallIndex CallTable::add(const TaskOptions& options, bool is_coroutine) {
  CallIndex call;
  if (m_unused.empty()) {
    call = static_cast<CallIndex>(m_records.size());
    m_records.emplace_back();
    m_unused.reserve(m_records.capacity());  // so that release() cannot fail
  } else {
    call = m_unused.back();
    m_unused.pop_back();
  }
  CallRecord& record = m_records[call];
  record.options = options;
  record.is_coroutine = is_coroutine;
  record.state = CallState::queued;
  record.order = ++m_last_order;
  record.deaths = 0;
  return call;
}

void CallTable::release(CallIndex call) noexcept {
  m_records[call].state = CallState::unused;
  m_unused.push_back(call);
}

CallIndex CallTable::find(WorkerNumber worker, CallNumber sought) const noexcept {
  const CallIndex call = static_cast<CallIndex>(sought);
  if (!contains(call)) return 0;
  const CallRecord& record = m_records[call];
  const bool is_there = record.state == CallState::sent || record.state == CallState::detached;
  return is_there && record.worker == worker && number(call) == sought ? call : 0;
}

void CallTable::append(CallList& list, CallIndex call) noexcept {
  m_records[call].previous = list.last;
  m_records[call].next = 0;
  (list.last ? m_records[list.last].next : list.first) = call;
  list.last = call;
  ++list.size;
}

void CallTable::prepend(CallList& list, CallIndex call) noexcept {
  m_records[call].previous = 0;
  m_records[call].next = list.first;
  (list.first ? m_records[list.first].previous : list.last) = call;
  list.first = call;
  ++list.size;
}

void CallTable::remove(CallList& list, CallIndex call) noexcept {
  const CallRecord& record = m_records[call];
  (record.previous ? m_records[record.previous].next : list.first) = record.next;
  (record.next ? m_records[record.next].previous : list.last) = record.previous;
  --list.size;
}

}  // namespace spritefarm::futures
