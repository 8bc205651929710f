#pragma once

#include "futures/call_table.hpp"

#include <chrono>
#include <cstdint>

namespace spritefarm {

/// What a call's slot says of it.
struct SlotReading {
  enum { offered, started, damaged } state = offered;
  std::chrono::steady_clock::time_point started_at{};  ///< of `started`; never in the future
};

/// The call slots of all workers of a pool, as the Scheduler sees them: the one part of the world whose answer it cannot
/// do without. A call that waits at its worker is started by the worker or taken back by the coordinator, whoever is
/// first, so whether it was taken back is known only by trying. Implemented by the Supervisor on shared memory, by
/// tests on a model. Called under the pool's lock; must not call the Scheduler.
class SlotView {
 public:
  /// True: the worker will not start this sending of the call any more.
  virtual bool recall(WorkerNumber worker, std::uint32_t slot, CallNumber call) = 0;
  [[nodiscard]] virtual SlotReading read(WorkerNumber worker, std::uint32_t slot, CallNumber call) const = 0;

 protected:
  ~SlotView() = default;
};

}  // namespace spritefarm
