#pragma once

#include "net/host_table.hpp"
#include "net/http_client.hpp"
#include "net/requested_pause.hpp"

#include <cstdint>
#include <string>

namespace spritefarm::net {

/// What the end of an attempt means for its request.
enum class Verdict {
  success,
  final,     ///< another attempt cannot succeed
  failed,    ///< another attempt is a retry
  put_off,   ///< the host is away: another attempt waits for it, and is no retry
  given_up,  ///< not attempted: the host has been away for too long
};

/// A finished attempt.
struct AttemptOutcome {
  FetchFailure failure = FetchFailure::none;
  long status = 0;  ///< 0: no response
  PauseRequest pause{};
  std::string reason;                ///< of the failure, for the user
  std::uint64_t request = 0;         ///< the hash of its URL
  std::uint64_t answers_before = 0;  ///< Availability::answers() at its start
  bool is_probe = false;
  bool is_share_in_use = false;  ///< the client had its whole share of the host's limit in flight
  ConcurrencyLimit::Protocol protocol = ConcurrencyLimit::Protocol::http1;
  AttemptTimes times{};
};

/// Tells the host the outcome of an attempt and decides what comes next. `retries` is HttpOptions::retries.
Verdict judge(Host& host, const HostTable::Settings& settings, int retries, const AttemptOutcome& outcome,
              Host::Time now);

/// Why requests to a host fail that has been given up. `name` is the host's.
std::string reason_of_absence(Host& host, const HostTable::Settings& settings, const std::string& name,
                              Host::Time now);

}  // namespace spritefarm::net
