#pragma once

#include <sys/types.h>

#include <cstddef>

namespace spritefarm::system {

/// The memory of a process and all its descendants, in bytes, as the sum of their proportional set sizes
/// (PSS): each page is divided by the number of processes that map it. Processes that end during the call
/// count as 0.
std::size_t proportional_memory_of_tree(pid_t pid);

}  // namespace spritefarm::system
