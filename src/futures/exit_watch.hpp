#pragma once

#include <memory>

namespace spritefarm {

/// A pool that must finish its calls before its process ends, whether its executor is destroyed, lingers after
/// shutdown(wait = false), or is never destroyed because the program calls exit().
class FinishesAtExit {
 public:
  virtual ~FinishesAtExit() = default;
  /// Takes no more calls and returns when all are done and all workers have ended. Never in a forked child.
  virtual void finish() = 0;
};

/// Calls pool.finish() when the process that calls this now leaves main() or calls exit(), if the pool still exists.
/// Source: the exit handlers of concurrent.futures.thread and .process.
void finish_at_exit(const std::weak_ptr<FinishesAtExit>& pool);

}  // namespace spritefarm
