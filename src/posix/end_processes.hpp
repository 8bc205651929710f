#pragma once

#include <chrono>
#include <vector>

namespace spritefarm::posix {

/// Sends SIGTERM to the processes, which need not be children of this one, and waits until they have ended,
/// `longest` at most. Silent about those that are gone already. Throws std::system_error when the system
/// refuses a descriptor.
void end_processes(const std::vector<int>& pids, std::chrono::milliseconds longest);

}  // namespace spritefarm::posix
