#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace spritefarm::system {

/// A counter in shared memory on which processes sleep until another one advances it (futex(2), the cheapest
/// way to block on Linux). Lives in a SharedMemory, initially zero. Any thread of any process that maps it
/// may use it. Never fails.
class FutexWord {
 public:
  [[nodiscard]] std::uint32_t load() const noexcept { return m_word.load(std::memory_order_acquire); }
  /// Adds one, wakes all sleepers and returns the new value.
  std::uint32_t advance() noexcept;
  /// Sleeps while the counter equals `value`, at most `timeout`. Returns whether it differs now.
  bool wait_while(std::uint32_t value, std::chrono::nanoseconds timeout) noexcept;

 private:
  std::atomic<std::uint32_t> m_word{0};
  static_assert(sizeof(m_word) == 4 && std::atomic<std::uint32_t>::is_always_lock_free);
};

}  // namespace spritefarm::system
