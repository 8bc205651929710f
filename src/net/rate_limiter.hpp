#pragma once

#include "net/shared_time.hpp"

#include <algorithm>
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
  /// A part of this rate, from above 0 to 1. Parts that add up to at most 1 add up to at most this rate, if
  /// the burst of each has at least one request.
  [[nodiscard]] Rate part(double of) const noexcept {
    return {per_second * of, std::max(1, static_cast<int>(burst * of))};
  }
};

/// A limiter of requests to one host, or of bytes, shared by all processes that map its memory. It implements
/// the generic cell rate algorithm (GCRA, ITU-T I.371), whose whole state is one number: the theoretical
/// arrival time of the next request. Lock-free: a process that dies cannot block the others. Implausible
/// values, which a broken process may have written, are ignored. Lives in zeroed shared memory. Times are
/// CLOCK_MONOTONIC, the same in all processes of a machine. Never fails.
class RateLimiter {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// Reserves the next free time for `count` requests and returns it: `now` or later. The caller sends them
  /// then. A reservation that is not used is lost.
  Time acquire(const Rate& rate, Time now, std::int64_t count = 1) noexcept;

  /// Lets only a small burst pass at `time`, the end of a pause.
  void resume_at(const Rate& rate, Time time) noexcept;

 private:
  SharedTime m_theoretical_arrival{0};
};

}  // namespace spritefarm::net
