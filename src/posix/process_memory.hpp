#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>

namespace spritefarm::posix {

/// The resident memory of a process in bytes; none when it has ended.
std::optional<std::size_t> resident_memory(pid_t pid);

/// From now on this process keeps up to 64 MiB that it has freed for what it allocates next, instead of giving them back
/// to the system: to be given them anew costs more than to fill them.
void keep_freed_memory() noexcept;

}  // namespace spritefarm::posix
