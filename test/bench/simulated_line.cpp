#include "bench/simulated_line.hpp"

#include <algorithm>

namespace spritefarm::bench {
namespace {

constexpr std::size_t packet = 1460, whole_read = 256 << 10;
// More than the TCP windows of the benchmarks; and TCP's initial window.
constexpr std::size_t max_window = 4 << 20, min_window = 10 * packet;
constexpr std::chrono::seconds stall{1};

std::chrono::duration<double> in_seconds(SimulatedLine::Clock::duration time) {
  return time;
}

}  // namespace

std::size_t SimulatedLine::segment_size() const noexcept {
  return m_properties.bytes_per_second > 0 || m_properties.stalls > 0 ? packet : whole_read;
}

std::size_t SimulatedLine::window() const noexcept {
  if (m_properties.bytes_per_second <= 0) return max_window;
  // What a round trip and a router's queue of a tenth of a second hold.
  const double seconds = 2 * in_seconds(m_properties.delay).count() + 0.1;
  return std::clamp(static_cast<std::size_t>(seconds * m_properties.bytes_per_second), min_window,
                    max_window);
}

SimulatedLine::Clock::time_point SimulatedLine::arrival(std::size_t bytes, Clock::time_point now) {
  if (m_properties.bytes_per_second > 0) {
    const std::chrono::duration<double> takes(static_cast<double>(bytes) / m_properties.bytes_per_second);
    m_free_at = std::max(m_free_at, now) + std::chrono::duration_cast<Clock::duration>(takes);
    now = m_free_at;
  }
  const bool is_stalled = std::bernoulli_distribution(m_properties.stalls)(m_random);
  return now + m_properties.delay + (is_stalled ? stall : Clock::duration::zero());
}

}  // namespace spritefarm::bench
