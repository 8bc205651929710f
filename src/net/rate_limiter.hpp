#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace spritefarm::net {

/// The sustained rate and the burst size of requests to one host. In any period of t seconds, at most
/// per_second * t + burst requests are sent.
struct Rate {
  double per_second = 0;  ///< 0: no limit
  int burst = 1;

  /// The rate of `--rate`: a burst is the requests of 2.56 seconds, at most 256.
  static Rate polite(double per_second);
  [[nodiscard]] bool is_limited() const noexcept { return per_second > 0; }
};

/// The rate limiter of one host, shared by all processes that map its memory. It implements the generic cell
/// rate algorithm (GCRA, ITU-T I.371), whose whole state is one number: the theoretical arrival time of the
/// next request. It also keeps the end of the pause that the host has asked for (Retry-After) and the
/// outcomes of recent requests. Lock-free: a process that dies cannot block the others. Implausible values,
/// which a broken process may have written, are ignored. Lives in zeroed shared memory. Times are
/// CLOCK_MONOTONIC, the same in all processes of a machine. Never fails.
class RateLimiter {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// A longer pause is ignored, so that a broken process cannot write an endless one.
  static constexpr std::chrono::minutes max_pause{1};

  /// Reserves the next free time and returns it: `now` or later. The caller sends its request then. A
  /// reservation that is not used is lost.
  Time acquire(const Rate& rate, Time now) noexcept;

  /// Pauses the host: no request until then, and only a small burst after it. Never shortens a pause.
  void pause_until(const Rate& rate, Time until) noexcept;

  /// The rest of the pause; zero if the host is not paused.
  [[nodiscard]] std::chrono::nanoseconds retry_after_remaining(Time now) const noexcept;

  /// The number of responses that did not ask for a pause.
  [[nodiscard]] std::uint64_t responses() const noexcept {
    return m_responses.load(std::memory_order_relaxed);
  }
  void count_response() noexcept { m_responses.fetch_add(1, std::memory_order_relaxed); }

  /// Records a final response and whether earlier attempts of its request have failed.
  void record_final_response(bool after_failures) noexcept;
  /// Whether at least two of the last 64 final responses came after failed attempts: retries pay off.
  [[nodiscard]] bool host_is_recovering() const noexcept;

 private:
  using Nanoseconds = std::int64_t;
  static_assert(std::atomic<Nanoseconds>::is_always_lock_free);

  std::atomic<Nanoseconds> m_theoretical_arrival{0};
  std::atomic<Nanoseconds> m_paused_until{0};
  std::atomic<std::uint64_t> m_responses{0};
  std::atomic<std::uint64_t> m_after_failures{0};  // one bit for each of the last 64 final responses
};

}  // namespace spritefarm::net
