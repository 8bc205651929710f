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

/// What a mirror does to a request instead of answering it.
enum class Fault {
  not_found,          ///< 404
  too_many_requests,  ///< 429 with Retry-After: 1
  server_error,       ///< 500
  unavailable,        ///< 503
  truncate,           ///< the connection ends after half of the body
  stall,              ///< nothing follows half of the body, for a minute
  reset,              ///< the connection is reset
  garbage,            ///< status 200 and random bytes
  html,               ///< status 200 and an HTML page
};

struct FaultShare {
  Fault fault;
  double share;  ///< of the requests, from 0 to 1
};

/// Reads "404:0.1,stall:5%"; the shares together are at most 1.
Result<std::vector<FaultShare>> parse_faults(std::string_view text);

/// Decides which requests fail. It depends on the seed, the URL and how often that URL was asked for, but
/// not on the order of requests to different URLs, so a run with several workers can be repeated. Used by
/// all threads of a mirror.
class FaultPlan {
 public:
  FaultPlan(std::vector<FaultShare> shares, std::uint64_t seed);
  /// What happens to the next request for `url` (path and query).
  std::optional<Fault> next(std::string_view url);

 private:
  const std::vector<FaultShare> m_shares;
  const std::string m_seed;
  std::mutex m_mutex;
  std::unordered_map<std::string, std::uint64_t> m_requests;
};

}  // namespace spritefarm::mirror
