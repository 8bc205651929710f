#pragma once

#include "farm/downloader.hpp"
#include "system/sandbox.hpp"

#include <string>

namespace spritefarm::farm {

/// What a worker process needs for a run with these settings: the output directory, certificates, the
/// resolver's files, and the ports of the addresses in the settings. If `base_url` has a port of its own, its
/// images may have others, so every port is allowed.
system::SandboxRules worker_rules(const WorkerSettings& settings, const std::string& base_url);

}  // namespace spritefarm::farm
