#pragma once

#include "base/shared_text.hpp"
#include "net/availability.hpp"
#include "net/concurrency_limit.hpp"
#include "net/rate_limiter.hpp"
#include "net/rate_shares.hpp"
#include "posix/shared_memory.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::net {

/// What the workers of a run know together about one host. Lives in the shared memory of a HostTable. Its
/// parts say how they bear processes that die or are broken.
struct Host {
  using Time = std::chrono::steady_clock::time_point;

  RateLimiter limiter;
  Availability availability;
  ConcurrencyLimit concurrency;
  SharedText<256> absence_reason;  ///< why it was away at its last probe

  [[nodiscard]] Time last_byte() const noexcept;
  void set_last_byte(Time now) noexcept;

 private:
  SharedTime m_last_byte{0};
};

/// Where the API is, by the address of a connection to it.
enum class HomeNetwork : std::uint8_t { unknown, local, internet };

/// The hosts of a run, in shared memory. The coordinator creates it before it forks the first worker; each
/// process uses its copy of this object. It outlives the clients that use it. The constructor throws
/// std::system_error; nothing else fails.
class HostTable {
 public:
  struct Settings {
    Rate rate{};                            ///< of requests to each host
    double bytes_per_second = 0;            ///< of all responses together; 0: no limit
    std::chrono::seconds max_absence{300};  ///< how long a host may be away, or ask for a pause
    int clients = 1;                        ///< how many share the table
    bool is_adaptive = true;                ///< false: ConcurrencyLimit is ignored
    std::uint64_t run = 0;                  ///< not 0: divides its rates over machines, see RateShares
    bool is_rate_whole = false;             ///< a machine with a part of the run has all of `rate`
  };
  explicit HostTable(const Settings& settings);
  /// The same hosts as those of `other`, for clients with other settings.
  HostTable(const Settings& settings, const HostTable& other);

  [[nodiscard]] const Settings& settings() const noexcept { return m_settings; }

  /// The host of an origin (scheme, host and port), created at its first use. There is room for more hosts
  /// than a run contacts; if the table is full, further hosts share their state.
  [[nodiscard]] Host& host(std::string_view origin) noexcept;

  /// When the next request may be sent to one of these hosts, after `requests` more. None: the run has no
  /// part of its rates here, now.
  [[nodiscard]] std::optional<Host::Time> acquire(Host& host, Host::Time now,
                                                  std::int64_t requests = 1) noexcept;
  /// Lets only a small burst of requests pass at `time`, the end of the host's pause.
  void resume_at(Host& host, Host::Time time) noexcept;
  /// The parts of the runs that divide their rates. One process grants them.
  [[nodiscard]] RateShares& shares() noexcept;

  /// When the next byte may be taken, after `bytes` more.
  [[nodiscard]] Host::Time take_bytes(std::int64_t bytes, Host::Time now) noexcept;

  [[nodiscard]] HomeNetwork home() const noexcept;
  /// The first to learn decides for the run.
  void learn_home(HomeNetwork network) noexcept;

  /// The program is stopped, and continues: see Availability.
  void on_stop(Host::Time now) noexcept;
  void on_continue(Host::Time now) noexcept;

  struct Absence {
    std::string origin;           ///< truncated if long
    Availability::Status status;  ///< not available
    std::string reason;
  };
  /// The hosts that are not available now.
  [[nodiscard]] std::vector<Absence> absences(Host::Time now) const;

 private:
  struct Entry;
  struct Shared;
  struct Limit {
    RateLimiter* limiter;
    Rate rate;
  };

  [[nodiscard]] std::optional<Limit> limit(Host& host, Host::Time now) noexcept;

  Settings m_settings;
  Rate m_byte_rate;
  std::shared_ptr<posix::SharedMemory> m_memory;
  Shared* m_shared;
};

}  // namespace spritefarm::net
