#pragma once

#include "base/cluster_api.hpp"

#include <memory>

namespace spritefarm::futures {

/// A pool that finishes its calls before its process exits, even if its executor was destroyed after
/// shutdown(false), or is never destroyed because the program calls exit().
class FinishesAtExit {
 public:
  virtual ~FinishesAtExit() = default;
  /// Refuses new calls and returns when all calls are done and all workers have ended. Not called in a forked
  /// child.
  virtual void finish() = 0;
};

/// Makes the calling process call pool.finish() when it leaves main() or calls exit(), if the pool still
/// exists then.
/// Source: the exit handlers of concurrent.futures.thread and .process.
SPRITEFARM_CLUSTER_API void finish_at_exit(const std::weak_ptr<FinishesAtExit>& pool);

}  // namespace spritefarm::futures
