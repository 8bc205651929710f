#pragma once

#include <vector>

namespace spritefarm::system {

/// The CPUs on which the calling thread may run. Throws std::system_error.
std::vector<int> allowed_processors();
/// Pins the calling thread to one CPU. Throws std::system_error.
void stay_on_processor(int processor);

}  // namespace spritefarm::system
