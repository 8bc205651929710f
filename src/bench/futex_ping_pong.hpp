#pragma once

#include "bench/samples.hpp"

namespace spritefarm::bench {

/// The floor under any round trip between two processes: one wakes the other by a futex, sleeps, and is woken by it, and
/// nothing else. In microseconds, one after another. Forks the other process, so the caller has one thread, which from
/// then on stays on one processor where `apart` says that the two are to be on two of them; else they run where the system
/// puts them, which may be on the same. Throws std::runtime_error where the other process is lost.
Samples futex_round_trips(int count, bool apart);

}  // namespace spritefarm::bench
