#pragma once

#include "bench/bench_options.hpp"
#include "bench/configuration_run.hpp"
#include "bench/environment.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace spritefarm::bench {

/// All measurements of a configuration.
struct ConfigurationRuns {
  Configuration configuration;
  std::size_t peak_memory = 0;  ///< in bytes, from system::proportional_memory_of_tree()
  std::vector<Measured<RunMetrics>> rounds;
};

/// A table of the medians, with the range of the rounds.
std::string bench_table(const BenchOptions& options, const std::vector<ConfigurationRuns>& configurations);
/// A bar chart for a terminal.
std::string bench_chart(const std::vector<ConfigurationRuns>& configurations);
/// One JSON object and a newline.
std::string bench_json(const BenchOptions& options, const std::vector<ConfigurationRuns>& configurations,
                       const Environment& environment);
/// A self-contained HTML document that draws the result of bench_json().
std::string bench_page(const std::string& json);

}  // namespace spritefarm::bench
