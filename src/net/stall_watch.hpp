#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace spritefarm::net {

/// What a client has received from one host. The client's transfers update it.
struct HostTraffic {
  std::chrono::steady_clock::time_point last_byte{};
  std::uint64_t completed = 0;  ///< transfers that have ended with a response
  std::uint64_t in_flight = 0;
};

/// Decides when a transfer has made no progress for too long. A byte that arrives is progress. Many transfers
/// share a line, so a byte for another transfer of the host is progress too, as long as this one waits for
/// its turn. A transfer that others overtake has had its turn. One whose host only trickles ends as well,
/// later. A pure value, owned by one transfer; the times are arguments.
class StallWatch {
 public:
  using Time = std::chrono::steady_clock::time_point;

  StallWatch(std::chrono::milliseconds timeout, Time now, const HostTraffic& traffic);

  /// The transfer has received `bytes`.
  void on_bytes(std::size_t bytes, Time now, const HostTraffic& traffic) noexcept;

  /// The process did not run for so long, so nothing could arrive.
  void on_pause(std::chrono::nanoseconds pause) noexcept;

  /// When to check again; none if the transfer must end now. `last_byte` is the last time that any worker
  /// received a byte from the host.
  [[nodiscard]] std::optional<Time> next_check(Time now, const HostTraffic& traffic,
                                               Time last_byte) const noexcept;

 private:
  std::chrono::milliseconds m_timeout;
  Time m_began, m_last_byte;
  std::uint64_t m_bytes = 0;
  std::uint64_t m_turn;  // the number of completed transfers after which this one is overtaken
};

}  // namespace spritefarm::net
