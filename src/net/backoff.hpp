#pragma once

#include <chrono>
#include <ctime>
#include <optional>
#include <random>
#include <string>

namespace spritefarm::net {

/// The delay before a retry: exponential backoff with "equal jitter". It starts at 500 ms, doubles with each
/// attempt and stops at 8 s. A random part of up to half is subtracted, so that clients that failed together
/// do not retry together. A longer Retry-After (RFC 9110 §10.2.3) replaces the delay, up to 60 s. Owned by
/// one HttpClient.
class Backoff {
 public:
  static constexpr std::chrono::milliseconds first_delay{500};
  static constexpr std::chrono::milliseconds max_delay{8'000};
  static constexpr std::chrono::seconds max_retry_after{60};

  /// The delay after failed attempt number `attempt`, counted from 1.
  std::chrono::milliseconds delay(int attempt, std::optional<std::chrono::seconds> retry_after);

 private:
  std::minstd_rand m_random{std::random_device{}()};
};

/// Parses the value of a Retry-After header (RFC 9110 §10.2.3): delay-seconds, or an HTTP-date, relative to
/// `now`. At least 0 and at most one day. None if it is neither.
std::optional<std::chrono::seconds> parse_retry_after(const std::string& value, std::time_t now);

}  // namespace spritefarm::net
