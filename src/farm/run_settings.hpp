#pragma once

#include "cli/options.hpp"
#include "farm/coordinator.hpp"
#include "farm/downloader.hpp"
#include "farm/farm_executors.hpp"
#include "farm/report.hpp"

namespace spritefarm::farm {

/// What each part of a run takes of the command line.
struct RunSettings {
  FarmExecutors::Settings executors;
  WorkerSettings worker;  ///< without a board
  Coordinator::Settings coordinator;
  Report::Configuration report;
};
/// Makes another server the API, as --base-url does.
void set_base_url(cli::Options& options, const std::string& url);

RunSettings settings_of(const cli::Options& options);

}  // namespace spritefarm::farm
