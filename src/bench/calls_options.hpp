#pragma once

#include "base/result.hpp"
#include "bench/calls_measurement.hpp"
#include "cli/options.hpp"

#include <string>
#include <variant>
#include <vector>

namespace spritefarm::bench {

/// What the command line of `spritefarm bench calls` says, checked.
struct CallsOptions {
  CallPlan plan;
  std::vector<ExecutorKind> executors;  ///< which executors, each once
  int rounds = 5;
  bool json = false;
};

/// Reads the arguments that follow `spritefarm bench calls`. An Error says in one line what is wrong with them.
Result<std::variant<CallsOptions, cli::HelpText>> parse_calls_options(
    const std::vector<std::string>& arguments);

}  // namespace spritefarm::bench
