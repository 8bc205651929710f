#include "net/rate_limiter.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace spritefarm::net {
namespace {

using std::chrono::nanoseconds;

std::int64_t count(RateLimiter::Time time) {
  return std::chrono::duration_cast<nanoseconds>(time.time_since_epoch()).count();
}

RateLimiter::Time time_at(std::int64_t count) {
  return RateLimiter::Time(std::chrono::duration_cast<RateLimiter::Time::duration>(nanoseconds(count)));
}

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

/// Sets `value` to `minimum` if it is smaller.
void raise(std::atomic<std::int64_t>& value, std::int64_t minimum) {
  std::int64_t known = value.load(std::memory_order_relaxed);
  while (known < minimum && !value.compare_exchange_weak(known, minimum, std::memory_order_relaxed)) {
  }
}

}  // namespace

Rate Rate::polite(double per_second) {
  constexpr double seconds = 2.56, max_burst = 256;
  return {per_second, static_cast<int>(std::clamp(std::ceil(seconds * per_second), 1.0, max_burst))};
}

RateLimiter::Time RateLimiter::acquire(const Rate& rate, Time now) noexcept {
  if (!rate.is_limited()) return now;
  std::int64_t arrival = m_theoretical_arrival.load(std::memory_order_relaxed);
  std::int64_t reserved;
  do {
    const double ahead = static_cast<double>(arrival) - static_cast<double>(count(now));
    const double max_ahead = static_cast<double>(nanoseconds(max_pause).count()) +
                             max_queued * static_cast<double>(interval(rate));
    reserved = ahead < max_ahead ? std::max(arrival, count(now)) : count(now);
  } while (!m_theoretical_arrival.compare_exchange_weak(arrival, reserved + interval(rate),
                                                        std::memory_order_relaxed));
  return std::max(now, time_at(reserved - tolerance(rate)));
}

void RateLimiter::pause_until(const Rate& rate, Time until) noexcept {
  raise(m_paused_until, count(until));
  if (rate.is_limited())
    raise(m_theoretical_arrival, count(until) + interval(rate) * (rate.burst - burst_after_pause(rate)));
}

void RateLimiter::record_final_response(bool after_failures) noexcept {
  std::uint64_t known = m_after_failures.load(std::memory_order_relaxed);
  while (!m_after_failures.compare_exchange_weak(known, known << 1 | (after_failures ? 1 : 0),
                                                 std::memory_order_relaxed)) {
  }
}

bool RateLimiter::host_is_recovering() const noexcept {
  return std::popcount(m_after_failures.load(std::memory_order_relaxed)) > 1;
}

nanoseconds RateLimiter::retry_after_remaining(Time now) const noexcept {
  const nanoseconds left(m_paused_until.load(std::memory_order_relaxed) - count(now));
  return left <= max_pause ? std::max(left, nanoseconds(0)) : nanoseconds(0);
}

}  // namespace spritefarm::net
