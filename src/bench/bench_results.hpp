#pragma once

#include "bench/bench_options.hpp"
#include "bench/configuration_run.hpp"
#include "bench/samples.hpp"

#include <cstddef>
#include <vector>

namespace spritefarm::bench {

/// All measurements of a configuration.
struct ConfigurationRuns {
  Configuration configuration;
  std::size_t peak_memory = 0;  ///< in bytes, from system::proportional_memory_of_tree()
  std::vector<Measured<RunMetrics>> rounds;
};

/// All measurements of an act; serial first.
struct ActRuns {
  Act act;
  std::vector<ConfigurationRuns> configurations;
};

/// A metric of each run.
struct MetricColumn {
  const char* heading;  ///< in the table; null: in the files only
  const char* key;      ///< in the files
  double (*metric)(const Measured<RunMetrics>& run);
};
/// All metrics but the throughput.
const std::vector<MetricColumn>& metric_columns();

Samples sprites_per_second(const ConfigurationRuns& runs);
/// Speed relative to the first configuration, which is serial.
double ratio_to_serial(const ActRuns& act, const ConfigurationRuns& runs);
/// The index of the round of median duration, whose time line is shown.
std::size_t median_round(const ConfigurationRuns& runs);

}  // namespace spritefarm::bench
