#pragma once

#include <chrono>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace spritefarm::net {

/// The headers by which a server asks for a pause. Empty: not sent.
struct PauseHeaders {
  std::string retry_after;           ///< RFC 9110 §10.2.3
  std::string rate_limit_remaining;  ///< X-RateLimit-Remaining
  std::string rate_limit_reset;      ///< X-RateLimit-Reset: seconds since the epoch, or from now
  std::string rate_limit;            ///< RateLimit of draft-ietf-httpapi-ratelimit-headers: r=0;t=30
  std::string date;                  ///< the server's clock, to which its times are relative

  /// Stores the value if it is one of these headers. `name` is in any case.
  void take(std::string_view name, std::string_view value);
};

/// What a response says about further requests.
struct PauseRequest {
  bool is_throttled = false;                    ///< the host is rate limiting us
  std::optional<std::chrono::seconds> pause{};  ///< as long as it asks for; at most a day
};

/// Throttled are: status 429; 503 with Retry-After; and 403 with Retry-After or with a spent rate limit,
/// which is how GitHub says 429. `now` stands in for a Date that the server has not sent.
PauseRequest requested_pause(long status, const PauseHeaders& headers, std::time_t now);

}  // namespace spritefarm::net
