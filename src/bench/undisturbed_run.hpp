#pragma once

#include "bench/bench_progress.hpp"
#include "bench/child_measurement.hpp"

#include <cstddef>

namespace spritefarm::bench {

/// Returns the result of `run`, which measures one configuration in a child. If Ctrl-Z stops this process
/// meanwhile, the child ends at once, and the run is repeated when this process continues: no measurement
/// has a stop in it. Throws what `run` throws, but for Stopped. Called by the main thread.
template <typename Run>
auto run_until_undisturbed(Signals& signals, BenchProgress& progress, std::size_t configuration,
                           const Run& run) {
  while (true) {
    progress.begin_run(configuration);
    try {
      return run();
    } catch (const Stopped&) {
      progress.erase();
      signals.stop.stop();
    }
  }
}

}  // namespace spritefarm::bench
