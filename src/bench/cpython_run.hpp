#pragma once

#include "bench/configuration_run.hpp"

#include <string>
#include <vector>

namespace spritefarm::bench {

/// Downloads the sprites with one of CPython's pools, in a process and an output directory of its own. Its
/// metrics have no connections. Throws as run_configuration() does, and if the files have not `bytes` in all.
Measured<RunMetrics> run_in_cpython(const std::string& python, const Configuration& configuration,
                                    const Act& act, const std::vector<SpriteSource>& sprites,
                                    std::uint64_t bytes, const Observer& observer);

}  // namespace spritefarm::bench
