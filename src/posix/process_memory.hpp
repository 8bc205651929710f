#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>

namespace spritefarm::posix {

/// The resident memory of a process in bytes. None if it has ended.
std::optional<std::size_t> resident_memory(pid_t pid);

/// Lets this process keep up to `bytes` of freed memory for later allocations, in blocks of up to
/// `largest_block`, instead of returning it to the system. Getting pages from the system again costs more
/// than filling them.
void keep_freed_memory(std::size_t bytes = 64 << 20, std::size_t largest_block = 32 << 20) noexcept;

}  // namespace spritefarm::posix
