#pragma once

#include "net/rate_limiter.hpp"
#include "posix/shared_memory.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::net {

/// The rate limiters of all hosts that a run asks, one for each, kept by all its workers together: in shared memory, made before
/// the first of them is forked, and found again by every process through its copy of this object. Outlives the clients
/// that use it. The constructor throws std::system_error; nothing else fails.
class HostRateLimits {
 public:
  explicit HostRateLimits(Rate rate);

  [[nodiscard]] const Rate& rate() const noexcept { return m_rate; }

  /// The limiter of the host that this origin (scheme, host and port) names. There is room for more hosts than any run asks;
  /// beyond, some share a limiter.
  [[nodiscard]] RateLimiter& host(std::string_view origin) noexcept;

  struct Pause {
    std::string origin;  ///< its first bytes
    std::chrono::nanoseconds left{0};
  };
  /// The hosts that want to be left alone now.
  [[nodiscard]] std::vector<Pause> pauses(RateLimiter::Time now) const;

 private:
  struct Entry;
  static constexpr std::size_t max_hosts = 64;

  Rate m_rate;
  posix::SharedMemory m_memory;
  Entry* m_entries;
};

}  // namespace spritefarm::net
