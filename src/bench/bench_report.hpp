#pragma once

#include "bench/bench_options.hpp"
#include "bench/configuration_run.hpp"
#include "bench/environment.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace spritefarm::bench {

/// All that a configuration's runs measured.
struct ConfigurationRuns {
  Configuration configuration;
  std::size_t peak_memory = 0;  ///< in bytes: see system::proportional_memory_of_tree()
  std::vector<Measured<RunMetrics>> rounds;
};

/// For people: medians, with the least and the most of the rounds.
std::string bench_table(const BenchOptions& options, const std::vector<ConfigurationRuns>& runs);
/// For people at a terminal: a bar for each configuration.
std::string bench_chart(const std::vector<ConfigurationRuns>& runs);
/// One JSON object, with a newline at its end.
std::string bench_json(const BenchOptions& options, const std::vector<ConfigurationRuns>& runs,
                       const Environment& environment);
/// What bench_json() gives, as an HTML document that draws it and needs nothing else.
std::string bench_page(const std::string& json);

}  // namespace spritefarm::bench
