#pragma once

#include "base/cluster_api.hpp"
#include "posix/fd.hpp"

#include <sys/types.h>

#include <cstddef>
#include <string_view>

namespace spritefarm::posix {

/// Returned instead of a number of bytes: a non-blocking descriptor has no room or no bytes now.
inline constexpr ssize_t would_block = -1;
/// Returned instead of a number of bytes: no reader is left. If SIGPIPE is not ignored, it ends the process
/// instead.
inline constexpr ssize_t broken = -2;

/// Writes bytes of `first`, then of `second`, and returns their total number, would_block or broken. Throws
/// std::system_error for other errors.
ssize_t write_two(const Fd& to, std::string_view first, std::string_view second);

/// Reads up to `size` bytes and returns their number, 0 at the end, or would_block. Throws std::system_error
/// for other errors.
SPRITEFARM_CLUSTER_API ssize_t read_some(int from, char* to, std::size_t size);

}  // namespace spritefarm::posix
