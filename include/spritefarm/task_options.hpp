#pragma once

#include <chrono>
#include <optional>

namespace spritefarm {

/// Options of one call.
struct TaskOptions {
  /// Maximum running time, from the start of the call. When it has passed, the future throws TimeoutError at
  /// once. A coroutine is destroyed at its suspension point. The worker process of a plain function gets
  /// SIGTERM, then SIGKILL after terminate_grace, and is replaced. A plain function in a thread cannot be
  /// stopped: there it has no effect.
  std::optional<std::chrono::nanoseconds> timeout = std::nullopt;
  /// How many times the call is started again if its worker process dies. Process pools only.
  int retries = 0;
};

}  // namespace spritefarm
