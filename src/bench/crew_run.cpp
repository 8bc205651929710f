#include "bench/crew_run.hpp"

#include "cli/exit_status.hpp"
#include "cli/messages.hpp"
#include "farm/coordinator.hpp"
#include "farm/farm_executors.hpp"
#include "farm/report.hpp"
#include "system/temporary_directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

namespace spritefarm::bench {
namespace {

using Clock = std::chrono::steady_clock;

/// In the child. Calls `tell` while the workers are still there.
void farm_and_tell(const cli::Options& options, Clock::time_point begin,
                   const std::function<void(const RunFigures&)>& tell) {
  const cli::Messages messages(options.verbosity);
  farm::FarmExecutors executors(
      options, {options.http, options.sprite_keys, options.selector, options.path_template, options.output,
                options.dry_run, options.compute});
  farm::Report report({cli::to_string(options.mode), options.workers, options.concurrency, "", false});
  RunTimes times(begin);
  farm::Coordinator coordinator(options, executors, report, messages, {&times});

  RunFigures figures;
  figures.status = coordinator.run();
  figures.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  figures.selected = report.selected();
  figures.downloaded = report.downloaded();
  figures.missing = report.missing();
  figures.bytes = report.bytes();
  figures.requests = report.count().requests;
  figures.retries = report.count().retries;
  figures.connections = report.count().connections;
  figures.start_ms = times.start_ms();
  figures.sprite_ms = times.sprite_ms();
  figures.spans = times.spans();
  tell(figures);
}

std::uint64_t count_files(const std::string& folder) {
  std::uint64_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    files += entry.is_regular_file();
  return files;
}

void require_complete(const RunFigures& figures, std::uint64_t files) {
  const std::uint64_t arrived = figures.downloaded + figures.missing;
  if (figures.status == cli::no_index) throw IncompleteRun("the index could not be had", cli::no_index);
  if (figures.status != cli::everything_on_disk || arrived != figures.selected)
    throw IncompleteRun(fmt::format("{} of {} sprites did not arrive",
                                    figures.selected - std::min(arrived, figures.selected), figures.selected),
                        std::max<int>(figures.status, cli::some_failed));
  if (figures.downloaded == 0) throw IncompleteRun("there was nothing to farm", cli::some_failed);
  if (files != figures.downloaded)
    throw IncompleteRun(
        fmt::format("{} sprites were downloaded, but {} files are there", figures.downloaded, files),
        cli::some_failed);
}

}  // namespace

Measured<RunFigures> run_crew(const cli::Options& options, const Meanwhile& meanwhile) {
  const system::TemporaryDirectory output;
  cli::Options its_options = options;
  its_options.output = output.path();
  const auto begin = Clock::now();
  Measured<RunFigures> measured = measure_apart<RunFigures>(
      [&](const auto& tell) { farm_and_tell(its_options, begin, tell); }, meanwhile);
  require_complete(measured.figures, count_files(output.path()));
  return measured;
}

cli::Options options_for(const BenchOptions& options, const Crew& crew) {
  cli::Options its_options = options.farm;
  its_options.mode = crew.mode;
  its_options.workers = crew.workers;
  its_options.concurrency = crew.concurrency;
  its_options.http.in_flight = crew.concurrency;
  return its_options;
}

}  // namespace spritefarm::bench
