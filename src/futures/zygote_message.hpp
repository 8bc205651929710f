#pragma once

#include <cstdint>

namespace spritefarm::futures {

/// A command of the coordinator to the zygote or a standby.
struct ZygoteCommand {
  enum class Kind : std::uint32_t {
    spawn_worker,    ///< with the memory of the call slots, the files of large requests and results, then
                     ///< the descriptors of the worker's end of the channel
    spawn_standby,   ///< with the socket of the new standby
    take_over,       ///< be the zygote
    signal_workers,  ///< send this signal to the process groups of all workers
    add_peer         ///< with the pidfd of another process of the pool that is zygote or standby
  };

  Kind kind{};
  std::uint32_t number = 0;  // spawn_worker
  std::int32_t signal = 0;   // signal_workers
};

/// A report of the zygote or a standby to the coordinator.
struct ZygoteReport {
  enum class Kind : std::uint32_t {
    started,      ///< the first message of a zygote or standby, with its pidfd
    spawned,      ///< the first act of a new worker, with its pidfd
    not_spawned,  ///< fork failed
    exited        ///< a worker was waited for
  };

  Kind kind{};
  std::uint32_t number = 0;
  std::int32_t pid = 0;
  std::int32_t error = 0;  // not_spawned: errno
  std::int32_t signal = 0;
  std::int32_t exit_code = 0;
  std::int64_t cpu_microseconds = 0;
  std::int64_t peak_memory_kib = 0;
};

}  // namespace spritefarm::futures
