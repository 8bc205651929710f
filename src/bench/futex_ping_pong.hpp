#pragma once

#include "bench/samples.hpp"

namespace spritefarm::bench {

/// The processors on which two processes run.
enum class Placement {
  any,     ///< chosen by the kernel, often the same for both
  pinned,  ///< two different ones; as `any` if this process may use only one
};

/// Measures the lower bound of a round trip between two processes: one wakes the other by a futex, sleeps,
/// and is woken by it. The samples are microseconds, in order. Forks the other process, so the caller has one
/// thread. With Placement::pinned, that thread stays pinned. Throws std::runtime_error if the other process
/// does not answer within 10 seconds.
Samples futex_round_trips(int count, Placement placement);

}  // namespace spritefarm::bench
