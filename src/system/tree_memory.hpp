#pragma once

#include <sys/types.h>

#include <cstddef>

namespace spritefarm::system {

/// The memory of a process and all its descendants in bytes, where each page counts in the share that its users have in
/// it (PSS): what the system would have more if they ended. Of those that have ended observer, nothing.
std::size_t proportional_memory_of_tree(pid_t pid);

}  // namespace spritefarm::system
