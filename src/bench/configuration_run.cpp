#include "bench/configuration_run.hpp"

#include "cli/exit_status.hpp"
#include "cli/messages.hpp"
#include "farm/run_events.hpp"
#include "farm/run_settings.hpp"
#include "system/temporary_directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

namespace spritefarm::bench {
namespace {

using Clock = std::chrono::steady_clock;

/// In the child. Calls `send_metrics` while the workers are still there.
void farm_and_report(const cli::Options& options, Clock::time_point begin, bool with_sources,
                     const std::function<void(const RunMetrics&)>& send_metrics) {
  const cli::Messages messages(options.verbosity);
  farm::RunSettings settings = farm::settings_of(options);
  settings.worker.times = true;
  farm::RunEvents events;
  farm::FarmExecutors executors(settings.executors, settings.worker);
  farm::Report report(settings.report);
  RunTimes times(begin);
  farm::Coordinator coordinator(settings.coordinator, executors, events, report, messages, {&times});

  RunMetrics metrics;
  metrics.status = coordinator.run();
  metrics.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  metrics.selected = report.selected();
  metrics.downloaded = report.downloaded();
  metrics.missing = report.missing();
  metrics.bytes = report.bytes();
  metrics.requests = report.count().requests;
  metrics.retries = report.count().retries;
  metrics.connections = report.count().connections;
  metrics.start_ms = times.start_ms();
  metrics.sprite_ms = times.sprite_ms();
  metrics.spans = times.spans();
  if (with_sources) metrics.sources = times.sources();
  send_metrics(metrics);
}

std::uint64_t count_files(const std::string& folder) {
  std::uint64_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    files += entry.is_regular_file();
  return files;
}

void require_complete(const RunMetrics& metrics, std::uint64_t files) {
  const std::uint64_t arrived = metrics.downloaded + metrics.missing;
  if (metrics.status == cli::no_index) throw IncompleteRun("the index could not be had", cli::no_index);
  if (metrics.status != cli::everything_on_disk || arrived != metrics.selected)
    throw IncompleteRun(fmt::format("{} of {} sprites did not arrive",
                                    metrics.selected - std::min(arrived, metrics.selected), metrics.selected),
                        std::max<int>(metrics.status, cli::some_failed));
  if (metrics.downloaded == 0) throw IncompleteRun("there was nothing to farm", cli::some_failed);
  if (files != metrics.downloaded)
    throw IncompleteRun(
        fmt::format("{} sprites were downloaded, but {} files are there", metrics.downloaded, files),
        cli::some_failed);
}

}  // namespace

Measured<RunMetrics> run_configuration(const cli::Options& options, const Observer& observer,
                                       bool with_sources) {
  const system::TemporaryDirectory output;
  cli::Options child_options = options;
  child_options.output = output.path();
  const auto begin = Clock::now();
  Measured<RunMetrics> measured = measure_in_child<RunMetrics>(
      [&](const auto& send_metrics) { farm_and_report(child_options, begin, with_sources, send_metrics); },
      observer);
  require_complete(measured.metrics, count_files(output.path()));
  return measured;
}

cli::Options options_for(const BenchOptions& options, const Act& act, const Configuration& configuration) {
  cli::Options child_options = options.farm;
  child_options.compute = act.compute;
  child_options.mode = configuration.mode;
  child_options.workers = configuration.workers;
  child_options.concurrency = configuration.concurrency;
  child_options.http.in_flight = configuration.concurrency;
  child_options.is_adaptive = false;  // all configurations have the same number in flight
  return child_options;
}

}  // namespace spritefarm::bench
