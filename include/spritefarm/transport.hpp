#pragma once

namespace spritefarm {

/// How calls and results travel between a process pool's coordinator and its workers.
enum class Transport {
  shared_memory,  ///< rings in memory that both map; a system call only where the other side sleeps
  pipe            ///< a pair of POSIX pipes
};

}  // namespace spritefarm
