#pragma once

#include "bench/samples.hpp"

namespace spritefarm::bench {

/// The floor under any round trip between two processes: one wakes the other by a futex, sleeps, and is woken by it, and
/// nothing else. Forks the other process, so the caller has one thread. In microseconds, one after another. Throws
/// std::runtime_error where the other process is lost.
Samples futex_round_trips(int count);

}  // namespace spritefarm::bench
