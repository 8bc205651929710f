#pragma once

#include <chrono>
#include <optional>

namespace spritefarm::detail {

using Clock = std::chrono::steady_clock;

/// The end of a wait. None: the wait has no bound.
using Deadline = std::optional<Clock::time_point>;

/// The time `timeout` from now.
template <typename Rep, typename Period>
Deadline deadline_after(std::chrono::duration<Rep, Period> timeout) {
  const auto now = Clock::now();
  // A timeout beyond the range of the clock is no bound.
  if (std::chrono::duration<double>(timeout) > std::chrono::duration<double>(Clock::time_point::max() - now))
    return std::nullopt;
  return now + std::chrono::ceil<Clock::duration>(timeout);
}

}  // namespace spritefarm::detail
