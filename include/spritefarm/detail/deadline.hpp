#pragma once

#include <chrono>
#include <optional>

namespace spritefarm::detail {

using Clock = std::chrono::steady_clock;

/// Until when a wait lasts; none: as long as it takes.
using Deadline = std::optional<Clock::time_point>;

template <typename Rep, typename Period>
Deadline deadline_after(std::chrono::duration<Rep, Period> timeout) {
  const auto now = Clock::now();
  // A timeout that the clock cannot count to is no timeout.
  if (std::chrono::duration<double>(timeout) > std::chrono::duration<double>(Clock::time_point::max() - now))
    return std::nullopt;
  return now + std::chrono::ceil<Clock::duration>(timeout);
}

}  // namespace spritefarm::detail
