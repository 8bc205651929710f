#pragma once

#include "base/result.hpp"
#include "bench/calls_measurement.hpp"
#include "cli/options.hpp"

#include <string>
#include <variant>
#include <vector>

namespace spritefarm::bench {

/// The checked options of `spritefarm bench calls`.
struct CallsOptions {
  CallPlan plan;
  std::vector<ExecutorKind> executors;  ///< without duplicates
  int rounds = 5;
  bool json = false;
};

/// Parses the arguments that follow `spritefarm bench calls`. The Error is one line.
Result<std::variant<CallsOptions, cli::HelpText>> parse_calls_options(
    const std::vector<std::string>& arguments);

}  // namespace spritefarm::bench
