#pragma once

#include <chrono>
#include <ctime>
#include <string>

namespace spritefarm::net {

/// What a response is known by: sent along, a server can answer that nothing has changed. Either may be empty.
struct Validators {
  std::string etag;
  std::string last_modified;

  [[nodiscard]] bool empty() const noexcept { return etag.empty() && last_modified.empty(); }
};

/// The headers that say for how long a response may be used, as they came; empty where they did not.
struct CachingHeaders {
  std::string cache_control;
  std::string age;
  std::string last_modified;
};

/// For how long after `now`, when it came, a response may be used without asking again: its max-age less its Age, a
/// year at most; nothing with no-cache or no-store. Where the server gives no max-age, a tenth of the time for which it
/// has not changed, a day at most (RFC 9111, 4.2.2).
std::chrono::seconds freshness_lifetime(const CachingHeaders& headers, std::time_t now);

}  // namespace spritefarm::net
