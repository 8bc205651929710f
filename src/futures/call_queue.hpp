#pragma once

#include "futures/call_table.hpp"

#include <functional>
#include <map>

namespace spritefarm::futures {

/// The calls of a process pool that wait in the program, those of higher priority first. The Scheduler owns
/// it, and the table that it links. Throws std::bad_alloc.
class CallQueue {
 public:
  explicit CallQueue(CallTable& calls) : m_calls(calls) {}

  /// Adds a call behind the others of its priority.
  void append(CallIndex call) { m_calls.append(m_lists[priority_of(call)], call); }
  /// Adds a call ahead of the others of its priority.
  void prepend(CallIndex call) { m_calls.prepend(m_lists[priority_of(call)], call); }
  void remove(CallIndex call) noexcept {
    const auto found = m_lists.find(priority_of(call));
    m_calls.remove(found->second, call);
    if (found->second.size == 0 && found->first != usual) m_lists.erase(found);
  }
  /// 0: there is none.
  [[nodiscard]] CallIndex first() const noexcept {
    for (const auto& [priority, list] : m_lists)
      if (list.first) return list.first;
    return 0;
  }
  /// The call behind this one. 0: there is none.
  [[nodiscard]] CallIndex after(CallIndex call) const noexcept {
    if (const CallIndex next = m_calls[call].next) return next;
    for (auto lower = m_lists.upper_bound(priority_of(call)); lower != m_lists.end(); ++lower)
      if (lower->second.first) return lower->second.first;
    return 0;
  }

 private:
  static constexpr int usual = 0;  // its list stays, so that most calls need no allocation
  [[nodiscard]] int priority_of(CallIndex call) const noexcept { return m_calls[call].options.priority; }

  CallTable& m_calls;
  std::map<int, CallList, std::greater<>> m_lists{{usual, {}}};
};

}  // namespace spritefarm::futures
