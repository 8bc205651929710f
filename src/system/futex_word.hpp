#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace spritefarm::system {

/// A number in memory that processes share, on which they sleep until another one changes it: the barest way to wait
/// that Linux has. Lives in a SharedMemory, zero at first; any thread of any process that maps it. Never fails.
class FutexWord {
 public:
  [[nodiscard]] std::uint32_t load() const noexcept { return m_word.load(std::memory_order_acquire); }
  /// Adds one, and wakes all that sleep: the new number.
  std::uint32_t advance() noexcept;
  /// Sleeps as long as the number is `value`, `timeout` at most: whether it is another one now.
  bool wait_while(std::uint32_t value, std::chrono::nanoseconds timeout) noexcept;

 private:
  std::atomic<std::uint32_t> m_word{0};
  static_assert(sizeof(m_word) == 4 && std::atomic<std::uint32_t>::is_always_lock_free);
};

}  // namespace spritefarm::system
