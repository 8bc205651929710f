#pragma once

#include <chrono>
#include <ctime>
#include <optional>
#include <string>

namespace spritefarm::net {

/// The validators of a response (RFC 9110 §8.8). A conditional request sends them, and the server answers 304
/// if the resource has not changed. Either may be empty.
struct Validators {
  std::string etag;
  std::string last_modified;

  [[nodiscard]] bool empty() const noexcept { return etag.empty() && last_modified.empty(); }
};

/// The response headers that determine freshness, as received; empty if absent.
struct CachingHeaders {
  std::string cache_control;
  std::string age;
  std::string last_modified;
};

/// The time of a header with an HTTP-date (RFC 9110 §5.6.7), in seconds since the epoch; none if it is empty
/// or malformed.
std::optional<std::time_t> http_date(const std::string& header);

/// How long a response received at `now` may be used without revalidation, in a private cache (RFC 9111
/// §4.2):
///
///     no-cache or no-store             0
///     max-age (§4.2.1)                 max-age minus Age, at most one year
///     Last-Modified only (§4.2.2)      a tenth of the time since then, at most one day
std::chrono::seconds freshness_lifetime(const CachingHeaders& headers, std::time_t now);

}  // namespace spritefarm::net
