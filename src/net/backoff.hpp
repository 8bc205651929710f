#pragma once

#include <chrono>
#include <ctime>
#include <optional>
#include <random>
#include <string>

namespace spritefarm::net {

/// How long to wait before a request is tried again: half a second, then twice as long each time, of which a
/// random part of up to a half is taken off, so that clients that failed together do not return together; eight
/// seconds at most. What the server asks for (Retry-After) is waited in full where it is longer, a minute at most.
/// Owned by one HttpClient.
class Backoff {
 public:
  static constexpr std::chrono::milliseconds first_delay{500};
  static constexpr std::chrono::milliseconds max_delay{8'000};
  static constexpr std::chrono::seconds max_retry_after{60};

  /// After the given attempt, counted from 1, has failed.
  std::chrono::milliseconds delay(int attempt, std::optional<std::chrono::seconds> retry_after);

 private:
  std::minstd_rand m_random{std::random_device{}()};
};

/// The value of a Retry-After header, in seconds or as an HTTP date, at the time `now`; never negative.
/// Nothing for what is neither.
std::optional<std::chrono::seconds> parse_retry_after(const std::string& value, std::time_t now);

}  // namespace spritefarm::net
