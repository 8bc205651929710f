#pragma once

#include <chrono>

namespace spritefarm::test {

/// Sets the time limit of the running test case, counted from now.
void set_time_limit(std::chrono::seconds limit);

}  // namespace spritefarm::test
