#include "net/rate_limiter.hpp"

#include <algorithm>
#include <cmath>

namespace spritefarm::net {
namespace {

/// The emission interval of GCRA: the time between two requests at the sustained rate.
std::int64_t interval(const Rate& rate) {
  return static_cast<std::int64_t>(std::ceil(1e9 / rate.per_second));
}

/// The limit of GCRA: how far the theoretical arrival time may be ahead of now.
std::int64_t tolerance(const Rate& rate) {
  return interval(rate) * (rate.burst - 1);
}

/// The burst after a pause: large enough to resume, too small to provoke the next 429 at once.
std::int64_t burst_after_pause(const Rate& rate) {
  return std::min(rate.burst, 32);
}

// More requests than ever wait for one host. A theoretical arrival time that is further ahead is implausible:
// a broken process has written it.
constexpr double max_queued = 4096;

}  // namespace

Rate Rate::polite(double per_second) {
  constexpr double seconds = 2.56, max_burst = 256;
  return {per_second, static_cast<int>(std::clamp(std::ceil(seconds * per_second), 1.0, max_burst))};
}

RateLimiter::Time RateLimiter::acquire(const Rate& rate, Time now, std::int64_t requests) noexcept {
  if (!rate.is_limited()) return now;
  std::int64_t arrival = m_theoretical_arrival.load(std::memory_order_relaxed);
  std::int64_t reserved;
  do {
    const double ahead = static_cast<double>(arrival) - static_cast<double>(nanoseconds_of(now));
    const double max_ahead = max_queued * static_cast<double>(interval(rate));
    reserved = ahead < max_ahead ? std::max(arrival, nanoseconds_of(now)) : nanoseconds_of(now);
  } while (!m_theoretical_arrival.compare_exchange_weak(arrival, reserved + requests * interval(rate),
                                                        std::memory_order_relaxed));
  return std::max(now, time_at(reserved - tolerance(rate)));
}

void RateLimiter::resume_at(const Rate& rate, Time time) noexcept {
  if (!rate.is_limited()) return;
  raise(m_theoretical_arrival,
        nanoseconds_of(time) + interval(rate) * (rate.burst - burst_after_pause(rate)));
}

}  // namespace spritefarm::net
