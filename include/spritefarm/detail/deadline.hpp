#pragma once

#include <spritefarm/duration.hpp>

#include <chrono>
#include <optional>

namespace spritefarm::detail {

using Clock = std::chrono::steady_clock;

/// The end of a wait. None: the wait has no bound.
using Deadline = std::optional<Clock::time_point>;

/// The time `timeout` after `begin`. The end of time if that is beyond the range of the clock.
inline Clock::time_point time_after(Clock::time_point begin, Duration timeout) {
  return timeout < Clock::time_point::max() - begin ? begin + timeout : Clock::time_point::max();
}

/// The time `timeout` from now.
inline Deadline deadline_after(Duration timeout) {
  const Clock::time_point due = time_after(Clock::now(), timeout);
  return due == Clock::time_point::max() ? Deadline() : due;
}

}  // namespace spritefarm::detail
