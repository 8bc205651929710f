#pragma once

#include "net/rate_limiter.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace spritefarm::net {

/// What part of its rates each run may use on this machine, for runs that divide them over machines, and the
/// limiters of each run. A part lasts until a time, and is nothing then: a machine that hears no more of a
/// run sends nothing for it.
///
/// Lives in zeroed shared memory, which is no part of any run. One process grants, all others read.
/// Lock-free. Implausible values, which a broken process may have written, are ignored. Never fails.
class RateShares {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::size_t max_hosts = 64;

  struct Share {
    std::atomic<std::uint64_t> run{0};
    std::atomic<double> granted{0};
    SharedTime until{0};
    RateLimiter bytes;
    std::array<RateLimiter, max_hosts> hosts;

    /// From 0 to 1.
    [[nodiscard]] double part(Time now) const noexcept;
  };

  /// Sets the part of the run, from 0 to 1, until `until`. If there are too many runs, the one whose part
  /// ends first loses it.
  void grant(std::uint64_t run, double part, Time until) noexcept;
  /// Null if nothing was granted to the run.
  [[nodiscard]] Share* find(std::uint64_t run) noexcept;

 private:
  static constexpr std::size_t max_runs = 32;
  std::array<Share, max_runs> m_shares;
};

}  // namespace spritefarm::net
