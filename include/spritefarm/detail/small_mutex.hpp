#pragma once

#include <atomic>

namespace spritefarm::detail {

/// A mutex of four bytes, for objects that exist in large numbers and are locked for a moment. Use it with
/// std::lock_guard. Source: the second mutex of Drepper's "Futexes Are Tricky".
class SmallMutex {
 public:
  void lock() noexcept {
    int found = unlocked;
    if (m_state.compare_exchange_strong(found, locked, std::memory_order_acquire)) return;
    if (found != contended) found = m_state.exchange(contended, std::memory_order_acquire);
    while (found != unlocked) {
      m_state.wait(contended, std::memory_order_relaxed);
      found = m_state.exchange(contended, std::memory_order_acquire);
    }
  }
  void unlock() noexcept {
    if (m_state.exchange(unlocked, std::memory_order_release) == contended) m_state.notify_one();
  }

 private:
  static constexpr int unlocked = 0;
  static constexpr int locked = 1;
  static constexpr int contended = 2;  // and perhaps a thread waits
  std::atomic<int> m_state{unlocked};
};

}  // namespace spritefarm::detail
