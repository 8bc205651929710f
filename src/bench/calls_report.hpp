#pragma once

#include "bench/calls_options.hpp"

#include <string>
#include <vector>

namespace spritefarm::bench {

/// What all rounds of `spritefarm bench calls` measured.
struct CallsRounds {
  std::vector<RoundTrip> futex;        ///< the bare ping-pong, where the system puts the two processes
  std::vector<RoundTrip> futex_apart;  ///< on two processors
  struct Of {
    ExecutorKind kind;
    std::vector<CallMetrics> rounds;
  };
  std::vector<Of> executors;
};

/// For people: medians, with the least and the most of the rounds.
std::string calls_table(const CallsOptions& options, const CallsRounds& rounds);
/// One JSON object, with a newline at its end.
std::string calls_json(const CallsOptions& options, const CallsRounds& rounds);

}  // namespace spritefarm::bench
