#pragma once

#include <memory>
#include <utility>

namespace spritefarm::futures {

/// What the destructor of an executor does with its pool. In a forked child the pool is leaked: its threads
/// are the parent's, and what they use must never be destroyed here.
template <typename Pool>
void release_pool(std::shared_ptr<Pool>& pool) {
  if (pool->belongs_to_this_process())
    pool->release();
  else
    new std::shared_ptr<Pool>(std::move(pool));
}

}  // namespace spritefarm::futures
