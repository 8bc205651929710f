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
  int concurrency = 1;      ///< sprites in flight in each worker
  bool is_cpython = false;  ///< CPython's pool of this mode instead of ours

  bool operator==(const Configuration&) const = default;
};
/// As the table names it: "CPython threads × 4".
std::string to_string(const Configuration& configuration);

/// All configurations are measured in each act: one waits for the network, one computes.
struct Act {
  std::chrono::milliseconds compute{0};  ///< CPU time of each sprite, in addition
  std::chrono::milliseconds latency{0};  ///< of the embedded mirror
};

/// The checked options of `spritefarm bench`.
struct BenchOptions {
  /// Selection and network. Each run sets mode, workers and concurrency from its configuration, CPU time from
  /// its act, and a temporary output.
  cli::Options farm;
  std::vector<Act> acts;
  std::vector<Configuration> configurations;  ///< serial first
  int in_flight = 0;                          ///< over all workers, except in serial; 0: one in each worker
  int rounds = 3;
  std::string python;                 ///< CPython's interpreter; empty: CPython is not measured
  std::string report, markdown, csv;  ///< paths of the files to write; empty: none
  bool json = false;
};

/// Parses the arguments that follow `spritefarm bench`. The Error is one line.
Result<std::variant<BenchOptions, cli::HelpText>> parse_bench_options(
    const std::vector<std::string>& arguments, const cli::OptionSources& sources);

}  // namespace spritefarm::bench
