#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace spritefarm::mirror {

/// A fault that a mirror injects instead of the correct response.
enum class Fault {
  not_found,          ///< 404
  rate_limit,         ///< 403 with X-RateLimit-Remaining: 0 and a reset in a second, as GitHub limits
  too_many_requests,  ///< 429 with Retry-After: 1
  server_error,       ///< 500
  unavailable,        ///< 503
  truncate,           ///< the connection is closed after half of the body
  stall,              ///< the connection is silent for a minute after half of the body
  reset,              ///< the connection is reset
  garbage,            ///< 200 with random bytes
  html,               ///< 200 with an HTML page
};

struct FaultShare {
  Fault fault;
  double share;  ///< of the requests, from 0 to 1
};

/// Parses "404:0.1,stall:5%". The sum of the shares is at most 1.
Result<std::vector<FaultShare>> parse_faults(std::string_view text);

/// Decides which requests fail, by the seed, the URL and the number of earlier requests for that URL. The
/// order of requests to different URLs does not matter, so a run with several workers can be repeated. Owned
/// by a Mirror and used by all its threads.
class FaultPlan {
 public:
  FaultPlan(std::vector<FaultShare> shares, std::uint64_t seed);
  /// The fault of the next request for `url` (path and query); none: answer it.
  std::optional<Fault> next(std::string_view url);

 private:
  const std::vector<FaultShare> m_shares;
  const std::string m_seed;
  std::mutex m_mutex;
  std::unordered_map<std::string, std::uint64_t> m_requests;
};

}  // namespace spritefarm::mirror
