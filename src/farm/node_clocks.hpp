#pragma once

#include "farm/farm_task.hpp"

#include <chrono>
#include <map>
#include <string>

namespace spritefarm::farm {

/// Translates the times of results from the steady clocks of their nodes, which begin anywhere, to the clock
/// of this process. A result arrives after its end, so the smallest time between a node's clock and ours
/// that any result has shown is wrong by no more than the fastest way home, some milliseconds. Owned by the
/// FarmExecutors, used by the main thread.
class NodeClocks {
 public:
  /// `now`: on the clock of this process. A result of no node keeps its times.
  void translate(FarmResult& result, std::chrono::nanoseconds now);

 private:
  std::map<std::string, std::chrono::nanoseconds> m_offsets;  // ours - theirs, by node
};

}  // namespace spritefarm::farm
