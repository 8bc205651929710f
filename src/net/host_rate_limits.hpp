#pragma once

#include "net/rate_limiter.hpp"
#include "posix/shared_memory.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::net {

/// The rate limiters of a run, one per host, in shared memory. The coordinator creates it before it forks the
/// first worker; each process uses its copy of this object. It outlives the clients that use it. The
/// constructor throws std::system_error; nothing else fails.
class HostRateLimits {
 public:
  explicit HostRateLimits(Rate rate);

  [[nodiscard]] const Rate& rate() const noexcept { return m_rate; }

  /// The limiter of an origin (scheme, host and port), created at its first use. There is room for more hosts
  /// than a run contacts; if the table is full, further hosts share limiters.
  [[nodiscard]] RateLimiter& host(std::string_view origin) noexcept;

  struct Pause {
    std::string origin;                ///< truncated if long
    std::chrono::nanoseconds left{0};  ///< until requests may be sent again
  };
  /// The hosts that are paused now (Retry-After).
  [[nodiscard]] std::vector<Pause> pauses(RateLimiter::Time now) const;

 private:
  struct Entry;
  static constexpr std::size_t max_hosts = 64;

  Rate m_rate;
  posix::SharedMemory m_memory;
  Entry* m_entries;
};

}  // namespace spritefarm::net
