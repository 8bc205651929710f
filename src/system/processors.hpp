#pragma once

#include <vector>

namespace spritefarm::system {

/// The processors that the calling thread may run on. Throws std::system_error.
std::vector<int> allowed_processors();
/// From now on the calling thread runs on this one alone. Throws std::system_error.
void stay_on_processor(int processor);

}  // namespace spritefarm::system
