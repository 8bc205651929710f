#pragma once

#include <chrono>
#include <cstddef>
#include <random>

namespace spritefarm::bench {

/// One direction of a network line that all connections of a relay share. It carries segments one after
/// another, in the order in which they come. Owned by the relay; used by its only thread.
class SimulatedLine {
 public:
  using Clock = std::chrono::steady_clock;

  struct Properties {
    Clock::duration delay{};      ///< half a round trip
    double bytes_per_second = 0;  ///< 0: no limit
    double stalls = 0;            ///< the share of segments that take a second longer, as if lost
  };
  explicit SimulatedLine(Properties properties) : m_properties(properties) {}

  /// The most bytes of a segment.
  [[nodiscard]] std::size_t segment_size() const noexcept;
  /// How many bytes of one connection are on the line at once, as its TCP window would allow.
  [[nodiscard]] std::size_t window() const noexcept;

  /// When a segment that is sent now arrives at the other end.
  Clock::time_point arrival(std::size_t bytes, Clock::time_point now);

 private:
  Properties m_properties;
  Clock::time_point m_free_at{};
  std::minstd_rand m_random;
};

}  // namespace spritefarm::bench
