#pragma once

#include "farm/farm_task.hpp"
#include "farm/index_cursor.hpp"

#include <spritefarm/task.hpp>

#include <string>
#include <vector>

namespace spritefarm::farm {

/// What a worker found in the index, or the error why there is none to be had.
struct IndexAnswer {
  std::vector<FarmTask> tasks;
  std::string error;
  RequestCount count;
};

/// A call to a worker: reads the range of the index at `base_url`. So the coordinator has no connection of
/// its own, nor any other of curl's state.
Task<IndexAnswer> read_index(std::string base_url, IndexRange range);

}  // namespace spritefarm::farm
