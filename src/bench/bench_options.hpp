#pragma once

#include "base/result.hpp"
#include "cli/options.hpp"

#include <chrono>
#include <string>
#include <variant>
#include <vector>

namespace spritefarm::bench {

/// Who farms in one of the compared ways.
struct Configuration {
  cli::Mode mode = cli::Mode::serial;
  int workers = 1;
  int concurrency = 1;  ///< sprites in flight in each worker
};

/// What the command line of `spritefarm bench` says, checked.
struct BenchOptions {
  cli::Options
      farm;  ///< what is farmed, and how; who does it is in `configurations`, where to is found for each run
  std::vector<Configuration> configurations;  ///< serial is the first
  int in_flight = 0;                          ///< of each configuration but serial
  int rounds = 5;
  std::chrono::milliseconds latency{0};  ///< of the embedded mirror
  std::string report;                    ///< path of the page to write; empty: none
  bool json = false;
};

/// Reads the arguments that follow `spritefarm bench`. An Error says in one line what is wrong with them.
Result<std::variant<BenchOptions, cli::HelpText>> parse_bench_options(
    const std::vector<std::string>& arguments, const cli::OptionSources& sources);

}  // namespace spritefarm::bench
