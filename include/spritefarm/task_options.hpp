#pragma once

#include <spritefarm/duration.hpp>

#include <optional>

namespace spritefarm {

/// Options of one call.
struct TaskOptions {
  /// Maximum running time, from the start of the call. When it has passed, the future throws TimeoutError at
  /// once. A coroutine is destroyed at its suspension point. The worker process of a plain function gets
  /// SIGTERM, then SIGKILL after terminate_grace, and is replaced. A plain function in a thread is asked to
  /// stop through its std::stop_token; one without a token cannot be stopped: there the timeout has no
  /// effect.
  std::optional<Duration> timeout = std::nullopt;
  /// How many times the call is started again if its worker process dies. Process pools only.
  int retries = 0;
  /// Calls of a higher priority start first; among equals, the one that was submitted first. A call that runs
  /// is not interrupted. Source: the priority of queue.PriorityQueue, which has the lowest first.
  int priority = 0;

  friend bool operator==(const TaskOptions&, const TaskOptions&) = default;
};

}  // namespace spritefarm
