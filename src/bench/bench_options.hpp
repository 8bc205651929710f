#pragma once

#include "base/result.hpp"
#include "cli/options.hpp"

#include <chrono>
#include <string>
#include <variant>
#include <vector>

namespace spritefarm::bench {

/// One of the compared configurations: a mode with its workers.
struct Configuration {
  cli::Mode mode = cli::Mode::serial;
  int workers = 1;
  int concurrency = 1;  ///< sprites in flight in each worker
};

/// The checked options of `spritefarm bench`.
struct BenchOptions {
  /// Selection and network. Each run sets mode, workers and concurrency from its configuration, and a
  /// temporary output.
  cli::Options farm;
  std::vector<Configuration> configurations;  ///< serial first
  int in_flight = 0;                          ///< over all workers, except in serial
  int rounds = 5;
  std::chrono::milliseconds latency{0};  ///< of the embedded mirror
  std::string report;                    ///< path of the page to write; empty: none
  bool json = false;
};

/// Parses the arguments that follow `spritefarm bench`. The Error is one line.
Result<std::variant<BenchOptions, cli::HelpText>> parse_bench_options(
    const std::vector<std::string>& arguments, const cli::OptionSources& sources);

}  // namespace spritefarm::bench
