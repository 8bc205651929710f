#pragma once

#include "bench/bench_options.hpp"
#include "bench/child_measurement.hpp"
#include "bench/run_times.hpp"

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace spritefarm::bench {

/// What one run of one configuration measured of itself.
struct RunMetrics {
  int status = 0;  ///< a cli::ExitStatus
  std::uint64_t selected = 0, downloaded = 0, missing = 0, bytes = 0;
  std::uint64_t requests = 0, retries = 0, connections = 0;
  double seconds = 0;   ///< from before the process was forked until the last sprite was there
  double start_ms = 0;  ///< from before the process was forked until the first task began in a worker
  std::vector<double> sprite_ms;      ///< of one sprite, from its task's begin in the worker until it was on
                                      ///< disk: see RunTimes::sprite_ms()
  std::vector<SpriteSpan> spans;      ///< who worked on what when: see RunTimes::spans()
  std::vector<SpriteSource> sources;  ///< if asked for: see RunTimes::sources()
  std::string cpython_version;        ///< of a run of CPython
};

/// What a run did not do, with the program's exit status for that.
class IncompleteRun : public std::runtime_error {
 public:
  IncompleteRun(const std::string& what, int exit_status)
      : std::runtime_error(what), m_exit_status(exit_status) {}
  [[nodiscard]] int exit_status() const noexcept { return m_exit_status; }

 private:
  int m_exit_status;
};

/// Farms once, in a process and an output directory of its own, which is removed again. `options` are the
/// configuration's. Throws IncompleteRun where not every sprite that was asked for is on disk at the end,
/// each named on standard error, and what measure_in_child() throws.
Measured<RunMetrics> run_configuration(const cli::Options& options, const Observer& observer,
                                       bool with_sources = false);

/// `options.farm`, for this configuration in this act.
cli::Options options_for(const BenchOptions& options, const Act& act, const Configuration& configuration);

}  // namespace spritefarm::bench
