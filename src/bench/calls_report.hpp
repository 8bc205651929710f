#pragma once

#include "bench/calls_options.hpp"

#include <string>
#include <vector>

namespace spritefarm::bench {

/// All measurements of one executor.
struct ExecutorRounds {
  ExecutorKind kind;
  std::vector<CallMetrics> rounds;
};

/// All measurements of `spritefarm bench calls`, of the same rounds.
struct CallsRounds {
  std::vector<RoundTrip> futex;         ///< with Placement::any
  std::vector<RoundTrip> futex_pinned;  ///< with Placement::pinned
  std::vector<ExecutorRounds> executors;
};

/// Tables of the medians, with the range of the rounds.
std::string calls_table(const CallsOptions& options, const CallsRounds& rounds);
/// One JSON object and a newline.
std::string calls_json(const CallsOptions& options, const CallsRounds& rounds);

}  // namespace spritefarm::bench
