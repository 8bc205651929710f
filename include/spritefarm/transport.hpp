#pragma once

namespace spritefarm {

/// How calls and results move between a process pool and its workers.
enum class Transport {
  shared_memory,  ///< ring buffers in shared memory; a system call only if the other side sleeps
  pipe            ///< a pair of POSIX pipes
};

}  // namespace spritefarm
