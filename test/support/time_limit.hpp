#pragma once

#include <chrono>

namespace spritefarm::test {

/// From now on, the test case that is running may take so long, in the place of what all may.
void set_time_limit(std::chrono::seconds limit);

}  // namespace spritefarm::test
