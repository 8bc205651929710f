#pragma once

#include "posix/fd.hpp"

#include <sys/types.h>

#include <cstddef>
#include <string_view>

namespace spritefarm::posix {

/// Instead of a number of bytes: a non-blocking descriptor has no room or no bytes now.
inline constexpr ssize_t would_block = -1;
/// Instead of a number of bytes: nobody is left to read them. Only where SIGPIPE is ignored or cannot come.
inline constexpr ssize_t broken = -2;

/// Writes from `first`, then from `second`: how many bytes of both together. Throws std::system_error
/// otherwise.
ssize_t write_two(const Fd& to, std::string_view first, std::string_view second);

/// Reads up to `size` bytes; 0 at the end. Throws std::system_error otherwise.
ssize_t read_some(const Fd& from, char* to, std::size_t size);

}  // namespace spritefarm::posix
