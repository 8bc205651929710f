#pragma once

#include <spritefarm/detail/call.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace spritefarm::futures {

/// The calls of a thread pool that wait, those of higher priority first. Owned by the pool, used with its
/// lock. Throws std::bad_alloc.
class LocalCallQueue {
 public:
  using CallPointer = std::shared_ptr<detail::LocalCall>;

  void push(CallPointer call) { m_levels[call->options().priority].push_back(std::move(call)); }
  /// Takes the oldest call of the highest priority. Null: there is none.
  CallPointer pop() {
    for (auto level = m_levels.begin(); level != m_levels.end(); ++level) {
      if (level->second.empty()) continue;
      CallPointer call = std::move(level->second.front());
      level->second.pop_front();
      if (level->second.empty() && level->first != usual) m_levels.erase(level);
      return call;
    }
    return nullptr;
  }
  /// Takes all calls, in order.
  std::vector<CallPointer> pop_all() {
    std::vector<CallPointer> calls;
    while (CallPointer call = pop()) calls.push_back(std::move(call));
    return calls;
  }

 private:
  static constexpr int usual = 0;  // its level stays, so that most calls need no allocation
  std::map<int, std::deque<CallPointer>, std::greater<>> m_levels{{usual, {}}};
};

}  // namespace spritefarm::futures
