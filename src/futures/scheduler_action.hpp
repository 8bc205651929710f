#pragma once

#include "futures/call_table.hpp"

#include <spritefarm/errors.hpp>

#include <cstdint>
#include <variant>

namespace spritefarm::futures {

/// How a call completes without a result of its own.
enum class Outcome : unsigned char {
  cancelled,    ///< before it started, or by terminate() while it ran
  timed_out,    ///< TaskOptions::timeout
  worker_died,  ///< `how`; its retries are used up
  pool_broken
};

// Orders of the Scheduler, to be performed in sequence. None names a worker after its ForgetWorker.
struct SpawnWorker {
  WorkerNumber worker;
};
struct SendCall {
  WorkerNumber worker;
  CallIndex call;
  CallNumber number;
  std::uint32_t slot;
};
/// The worker is to destroy the coroutine that runs the call.
struct StopCall {
  WorkerNumber worker;
  CallNumber number;
};
/// The worker has no calls and receives no more.
struct AskToExit {
  WorkerNumber worker;
};
struct SignalWorker {
  WorkerNumber worker;
  int signal;
};
/// The worker has damaged a call slot: ignore everything it sends from now on. A signal follows.
struct DistrustWorker {
  WorkerNumber worker;
};
/// The worker has exited, or will never be spawned.
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

}  // namespace spritefarm::futures
