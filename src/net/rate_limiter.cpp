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

/// Between two requests, in the long run.
std::int64_t interval(const Rate& rate) {
  return static_cast<std::int64_t>(std::ceil(1e9 / rate.per_second));
}

/// How far the line may be ahead of the time.
std::int64_t tolerance(const Rate& rate) {
  return interval(rate) * (rate.burst - 1);
}

/// How many requests may leave at once after a pause: enough to go on, too few to make the host ask for the next at once.
std::int64_t burst_after_pause(const Rate& rate) {
  return std::min(rate.burst, 32);
}

// Of requests that wait for a host, with those that a pause holds back: far more than there are workers. What says that
// there are more was written by a broken process.
constexpr double max_queued = 4096;

void raise(std::atomic<std::int64_t>& value, std::int64_t least) {
  std::int64_t known = value.load(std::memory_order_relaxed);
  while (known < least && !value.compare_exchange_weak(known, least, std::memory_order_relaxed)) {
  }
}

}  // namespace

Rate Rate::polite(double per_second) {
  constexpr double seconds = 2.56, most = 256;
  return {per_second, static_cast<int>(std::clamp(std::ceil(seconds * per_second), 1.0, most))};
}

RateLimiter::Time RateLimiter::acquire(const Rate& rate, Time now) noexcept {
  if (!rate.is_limited()) return now;
  std::int64_t arrival = m_theoretical_arrival.load(std::memory_order_relaxed);
  std::int64_t place;
  do {
    const double ahead = static_cast<double>(arrival) - static_cast<double>(count(now));
    const double max_ahead = static_cast<double>(nanoseconds(max_pause).count()) +
                             max_queued * static_cast<double>(interval(rate));
    place = ahead < max_ahead ? std::max(arrival, count(now)) : count(now);
  } while (!m_theoretical_arrival.compare_exchange_weak(arrival, place + interval(rate),
                                                        std::memory_order_relaxed));
  return std::max(now, time_at(place - tolerance(rate)));
}

void RateLimiter::pause_until(const Rate& rate, Time until) noexcept {
  raise(m_paused_until, count(until));
  if (rate.is_limited())
    raise(m_theoretical_arrival, count(until) + interval(rate) * (rate.burst - burst_after_pause(rate)));
}

void RateLimiter::record_answer(bool after_failures) noexcept {
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
