#pragma once

#include <chrono>

namespace spritefarm::system {

/// Computes until the calling thread has used so much more processor time. Throws std::system_error where the system
/// does not tell.
void spend_cpu_time(std::chrono::nanoseconds time);

}  // namespace spritefarm::system
