#pragma once

#include "futures/call_table.hpp"

#include <chrono>
#include <cstdint>

namespace spritefarm::futures {

/// What a call's slot says of it.
struct SlotReading {
  enum { offered, started, damaged } state = offered;
  std::chrono::steady_clock::time_point started_at{};  ///< of `started`; never in the future
};

/// The call slots of all workers of a pool, as the Scheduler sees them. The worker starts a waiting call or
/// the coordinator recalls it, whichever comes first, so only the attempt tells whether a recall succeeds.
/// The next decision depends on that answer: therefore this is an interface that answers at once, and
/// recalling is no action. The Supervisor implements it on shared memory, tests implement it on a model.
/// Called with the pool's lock; must not call the Scheduler.
class SlotView {
 public:
  /// True: the worker will not start this sending of the call.
  virtual bool recall(WorkerNumber worker, std::uint32_t slot, CallNumber call) = 0;
  [[nodiscard]] virtual SlotReading read(WorkerNumber worker, std::uint32_t slot, CallNumber call) const = 0;

 protected:
  ~SlotView() = default;
};

}  // namespace spritefarm::futures
