#include "net/stall_watch.hpp"

#include <algorithm>

namespace spritefarm::net {
namespace {

// Servers do not keep the order of requests exactly.
constexpr std::uint64_t overtakers = 8;
// In timeouts: how long a byte for another connection counts, and how long a transfer may last that receives
// less than min_bytes_per_second or waits behind others.
constexpr int max_for_connection = 3, max_for_trickle = 5;
constexpr double min_bytes_per_second = 64;

}  // namespace

StallWatch::StallWatch(std::chrono::milliseconds timeout, Time now, const HostTraffic& traffic)
    : m_timeout(timeout),
      m_began(now),
      m_last_byte(now),
      m_turn(traffic.completed + traffic.in_flight + overtakers) {}

void StallWatch::on_bytes(std::size_t bytes, Time now, const HostTraffic& traffic) noexcept {
  m_bytes += bytes;
  m_last_byte = now;
  m_turn = traffic.completed + traffic.in_flight + overtakers;
}

void StallWatch::on_pause(std::chrono::nanoseconds pause) noexcept {
  m_began += pause;
  m_last_byte += pause;
}

std::optional<StallWatch::Time> StallWatch::next_check(Time now, const HostTraffic& traffic,
                                                       Time last_byte) const noexcept {
  const std::chrono::duration<double> age = now - m_began;
  if (age >= max_for_trickle * m_timeout && static_cast<double>(m_bytes) < min_bytes_per_second * age.count())
    return std::nullopt;
  if (now - m_last_byte < m_timeout) return m_last_byte + m_timeout;
  const Time of_client = std::max(m_last_byte, traffic.last_byte), of_host = std::max(of_client, last_byte);
  const bool is_overtaken = traffic.completed > m_turn;
  if (is_overtaken || now - of_host >= m_timeout || now - of_client >= max_for_connection * m_timeout)
    return std::nullopt;
  // The next byte may be for this transfer, so it is not checked too often.
  return std::max(of_host + m_timeout, now + m_timeout / 4);
}

}  // namespace spritefarm::net
