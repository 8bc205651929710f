#pragma once

#include <chrono>

namespace spritefarm::system {

/// Busy-waits until the calling thread has used `time` more of CPU time. Throws std::system_error if the
/// clock cannot be read.
void spend_cpu_time(std::chrono::nanoseconds time);

}  // namespace spritefarm::system
