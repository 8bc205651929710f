#include "net/concurrency_limit.hpp"

#include <algorithm>
#include <cmath>

namespace spritefarm::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr int smoothing = 8;  // the weight of a new latency is 1/8, as of TCP's round trip time (RFC 6298)
// A queue that adds this to the minimal latency delays nobody, and keeps a fast line busy.
constexpr nanoseconds tolerated_queue = milliseconds(50);
// A queue that adds this is too long for any line.
constexpr nanoseconds max_queue = seconds(2);
constexpr nanoseconds min_interval = milliseconds(100);  // between two decreases

}  // namespace

double ConcurrencyLimit::limit(Protocol protocol) const noexcept {
  const double known = m_limit.load(relaxed);
  if (known >= min && known <= max) return known;
  return protocol == Protocol::http1 ? initial_http1 : initial_http2;
}

int ConcurrencyLimit::share(Protocol protocol, int clients) const noexcept {
  return std::max(static_cast<int>(std::ceil(limit(protocol) / std::max(clients, 1))), 1);
}

void ConcurrencyLimit::on_response(Protocol protocol, Duration latency, bool is_in_use, Time now) noexcept {
  const std::int64_t sample = std::max<std::int64_t>(latency.count(), 1);
  std::int64_t least = m_min_latency.load(relaxed), smoothed = m_latency.load(relaxed);
  if (least <= 0 || sample < least) m_min_latency.store(least = sample, relaxed);
  smoothed = smoothed <= 0 ? sample : smoothed + (sample - smoothed) / smoothing;
  m_latency.store(smoothed, relaxed);

  const nanoseconds queue(smoothed - least);
  if (queue > max_queue + 3 * nanoseconds(least)) {
    shrink(protocol, 0.875, nanoseconds(smoothed), now);
  } else if (is_in_use && queue <= std::max(nanoseconds(least), tolerated_queue)) {
    const double known = limit(protocol), threshold = m_slow_start_end.load(relaxed);
    const bool is_slow_start = protocol == Protocol::http2 && (!(threshold > 0) || known < threshold);
    m_limit.store(std::min(known + (is_slow_start ? 1 : 1 / known), max), relaxed);
  }
}

void ConcurrencyLimit::on_overload(Protocol protocol, Time now) noexcept {
  shrink(protocol, 0.5, nanoseconds(m_latency.load(relaxed)), now);
}

/// Multiplies the limit by `factor`, unless it was shrunk less than `interval` ago.
void ConcurrencyLimit::shrink(Protocol protocol, double factor, Duration interval, Time now) noexcept {
  const std::int64_t time = nanoseconds_of(now);
  std::int64_t before = m_shrunk_at.load(relaxed);
  if (before <= time && time - before < std::max(interval, min_interval).count()) return;
  if (!m_shrunk_at.compare_exchange_strong(before, time, relaxed)) return;
  const double smaller = std::max(limit(protocol) * factor, min);
  m_limit.store(smaller, relaxed);
  m_slow_start_end.store(smaller, relaxed);
}

}  // namespace spritefarm::net
