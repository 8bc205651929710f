#pragma once

#include <cstdint>
#include <string>

namespace spritefarm::farm {

/// A node that was there during a run, as the report and the progress name it.
struct NodeReport {
  std::string name;
  std::string host;          ///< the name of its machine
  int slots = 0;             ///< calls that it runs at the same time
  int busy = 0;              ///< calls that it runs now, of all runs
  bool is_there = true;      ///< it is heard of
  double rate = 0;           ///< requests per second that it may send to a host for this run; 0: no limit
  std::uint64_t farmed = 0;  ///< sprites that came from it
  std::uint64_t deaths = 0;  ///< executions of this run that were lost there
};

/// A line of the progress.
std::string line_of(const NodeReport& node);

}  // namespace spritefarm::farm
