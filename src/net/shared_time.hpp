#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

// Times in memory that processes share: nanoseconds of CLOCK_MONOTONIC, which is the same in all processes of
// a machine.
namespace spritefarm::net {

/// No access to one of these values orders an access to another.
inline constexpr auto relaxed = std::memory_order_relaxed;

using SharedTime = std::atomic<std::int64_t>;
static_assert(SharedTime::is_always_lock_free);

inline std::int64_t nanoseconds_of(std::chrono::steady_clock::time_point time) noexcept {
  return std::chrono::nanoseconds(time.time_since_epoch()).count();
}

inline std::chrono::steady_clock::time_point time_at(std::int64_t nanoseconds) noexcept {
  using Time = std::chrono::steady_clock::time_point;
  return Time(std::chrono::duration_cast<Time::duration>(std::chrono::nanoseconds(nanoseconds)));
}

/// Sets `time` to `minimum` if it is earlier.
inline void raise(SharedTime& time, std::int64_t minimum) noexcept {
  std::int64_t known = time.load(relaxed);
  while (known < minimum && !time.compare_exchange_weak(known, minimum, relaxed)) {
  }
}

}  // namespace spritefarm::net
