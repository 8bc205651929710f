#include "bench/expected_duration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace spritefarm::bench {
namespace {

using Seconds = std::chrono::duration<double>;

// Measured on one machine of two cores: what a run needs before its first sprite, and CPython's work for a
// sprite relative to ours.
constexpr double start_seconds = 0.03, cpython_start_seconds = 0.2, cpython_work = 2;

}  // namespace

ExpectedDuration::ExpectedDuration(const Measured<RunMetrics>& serial, int processors)
    : m_sprites(static_cast<double>(serial.metrics.downloaded)),
      m_requests(static_cast<double>(serial.metrics.requests)),
      m_waiting(std::max(0.0, serial.metrics.seconds - Seconds(serial.end.cpu).count())),
      m_computing(Seconds(serial.end.cpu).count()),
      m_processors(processors) {}

double ExpectedDuration::of_run(const Act& act, const Configuration& configuration) const {
  const double waiting = m_waiting + m_requests * Seconds(act.latency).count();
  const double work =
      m_sprites * Seconds(act.compute).count() + m_computing * (configuration.is_cpython ? cpython_work : 1);
  const bool has_gil = configuration.is_cpython && configuration.mode == cli::Mode::threads;
  const double workers = configuration.workers;
  return (configuration.is_cpython ? cpython_start_seconds : start_seconds) +
         waiting / (workers * configuration.concurrency) +
         work / (has_gil ? 1 : std::min(workers, m_processors));
}

double ExpectedDuration::of_round(const Act& act, const std::vector<Configuration>& configurations) const {
  double seconds = 0;
  for (const Configuration& each : configurations) seconds += of_run(act, each);
  return seconds;
}

double ExpectedDuration::of_all(const BenchOptions& options) const {
  double seconds = of_round({}, options.configurations);
  for (const Act& act : options.acts) seconds += options.rounds * of_round(act, options.configurations);
  return seconds;
}

std::string approximate_duration(double seconds) {
  if (seconds >= 90) return fmt::format("about {} minutes", std::lround(seconds / 60));
  return fmt::format("about {} seconds", 10 * std::max(1L, std::lround(seconds / 10)));
}

}  // namespace spritefarm::bench
