#include "bench/bench_results.hpp"

#include "bench/metric_text.hpp"

#include <algorithm>
#include <numeric>

namespace spritefarm::bench {
namespace {

using Run = Measured<RunMetrics>;

/// The quantile at RunTimes::shares[Share].
template <std::size_t Share>
double sprite_ms(const Run& run) {
  return run.metrics.sprite_ms.at(Share);
}

}  // namespace

const std::vector<MetricColumn>& metric_columns() {
  static const std::vector<MetricColumn> columns{
      {nullptr, "sprite_p1_ms", sprite_ms<0>},
      {nullptr, "sprite_p10_ms", sprite_ms<1>},
      {nullptr, "sprite_p25_ms", sprite_ms<2>},
      {"p50 ms", "sprite_p50_ms", sprite_ms<3>},
      {nullptr, "sprite_p75_ms", sprite_ms<4>},
      {nullptr, "sprite_p90_ms", sprite_ms<5>},
      {"p99 ms", "sprite_p99_ms", sprite_ms<6>},
      {nullptr, "sprite_max_ms", sprite_ms<7>},
      {"start ms", "start_ms", [](const Run& run) { return run.metrics.start_ms; }},
      {"CPU s", "cpu_seconds",
       [](const Run& run) { return std::chrono::duration<double>(run.end.cpu).count(); }},
      {"switches", "context_switches",
       [](const Run& run) { return static_cast<double>(run.end.context_switches); }},
      {"connects", "connections",
       [](const Run& run) { return static_cast<double>(run.metrics.connections); }},
      {"requests", "requests", [](const Run& run) { return static_cast<double>(run.metrics.requests); }},
  };
  return columns;
}

Samples sprites_per_second(const ConfigurationRuns& runs) {
  return over(runs.rounds, [](const Run& run) {
    return static_cast<double>(run.metrics.downloaded) / run.metrics.seconds;
  });
}

double ratio_to_serial(const ActRuns& act, const ConfigurationRuns& runs) {
  return sprites_per_second(runs).median() / sprites_per_second(act.configurations.front()).median();
}

std::size_t median_round(const ConfigurationRuns& runs) {
  std::vector<std::size_t> rounds(runs.rounds.size());
  std::iota(rounds.begin(), rounds.end(), 0);
  std::sort(rounds.begin(), rounds.end(), [&](std::size_t a, std::size_t b) {
    return runs.rounds[a].metrics.seconds < runs.rounds[b].metrics.seconds;
  });
  return rounds[(rounds.size() - 1) / 2];
}

}  // namespace spritefarm::bench
