#pragma once

#include <cstdint>

namespace spritefarm {

/// The coordinator asks for a worker. With it come descriptors: the memory of the worker's call slots, then what it makes
/// its end of the channel from.
struct ForkRequest {
  std::uint32_t number = 0;
};

/// The zygote tells of a worker, whose first act it is to send `spawned`, with its pidfd, itself; or its standby, that the
/// zygote has been killed, and all its workers with it.
struct ZygoteReport {
  enum class Kind : std::uint32_t { spawned, not_spawned, exited, took_over };

  Kind kind{};
  std::uint32_t number = 0;
  std::int32_t pid = 0;
  std::int32_t error = 0;  // not_spawned: errno
  std::int32_t signal = 0;
  std::int32_t exit_code = 0;
  std::int64_t cpu_microseconds = 0;
  std::int64_t peak_memory_kib = 0;
};

}  // namespace spritefarm
