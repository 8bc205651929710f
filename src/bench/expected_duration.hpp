#pragma once

#include "bench/bench_options.hpp"
#include "bench/configuration_run.hpp"

#include <string>
#include <vector>

namespace spritefarm::bench {

/// How long runs take, in seconds, as far as one of them tells. Waiting is divided among all sprites in
/// flight, computing among the processors. A value.
class ExpectedDuration {
 public:
  /// `serial` is a serial run that does not belong to an act: it neither waits for the embedded mirror nor
  /// computes anything in addition.
  ExpectedDuration(const Measured<RunMetrics>& serial, int processors);

  [[nodiscard]] double of_run(const Act& act, const Configuration& configuration) const;
  /// Of one run of each configuration.
  [[nodiscard]] double of_round(const Act& act, const std::vector<Configuration>& configurations) const;
  /// Of a round that measures memory, and of all rounds of all acts.
  [[nodiscard]] double of_all(const BenchOptions& options) const;

 private:
  double m_sprites, m_requests, m_waiting, m_computing;  // of the serial run
  double m_processors;
};

/// "about 3 minutes", "about 20 seconds"
std::string approximate_duration(double seconds);

}  // namespace spritefarm::bench
