#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>

namespace spritefarm::posix {

/// The resident memory of a process in bytes; none when it has ended.
std::optional<std::size_t> resident_memory(pid_t pid);

}  // namespace spritefarm::posix
