#pragma once

#include "futures/call_table.hpp"

#include <spritefarm/errors.hpp>

#include <cstdint>
#include <variant>

namespace spritefarm {

/// How a call completes without a result of its own.
enum class Outcome : unsigned char {
  cancelled,    ///< before it started, or by terminate() while it ran
  timed_out,    ///< TaskOptions::timeout
  worker_died,  ///< `how`; its retries are used up
  pool_broken
};

// What the Scheduler wants done, in order. None names a worker that was forgotten before.
struct SpawnWorker {
  WorkerNumber worker;
};
struct SendCall {
  WorkerNumber worker;
  CallIndex call;
  CallNumber number;
  std::uint32_t slot;
};
/// Destroy the coroutine that runs the call.
struct StopCall {
  WorkerNumber worker;
  CallNumber number;
};
/// The worker has no calls and gets no more.
struct AskToExit {
  WorkerNumber worker;
};
struct SignalWorker {
  WorkerNumber worker;
  int signal;
};
/// The worker has damaged a call slot: nothing more that it sends counts. A signal follows.
struct DistrustWorker {
  WorkerNumber worker;
};
/// The worker has ended, or will never be there.
struct ForgetWorker {
  WorkerNumber worker;
};
struct CompleteCall {
  CallIndex call;
  Outcome outcome;
  WorkerExit how;
};

using Action = std::variant<SendCall, CompleteCall, SpawnWorker, StopCall, AskToExit, SignalWorker,
                            DistrustWorker, ForgetWorker>;

}  // namespace spritefarm
