#pragma once

#include <chrono>
#include <random>

namespace spritefarm::net {

/// The delay before a retry: exponential backoff with "equal jitter". It starts at 500 ms, doubles with each
/// attempt and stops at 8 s. A random part of up to half is subtracted, so that clients that failed together
/// do not retry together. Owned by one HttpClient.
class Backoff {
 public:
  static constexpr std::chrono::milliseconds first_delay{500};
  static constexpr std::chrono::milliseconds max_delay{8'000};

  /// The delay after failed attempt number `attempt`, counted from 1.
  std::chrono::milliseconds delay(int attempt);

 private:
  std::minstd_rand m_random{std::random_device{}()};
};

}  // namespace spritefarm::net
