#pragma once

namespace spritefarm {

/// What submit() does while a pool has as many calls as its max_outstanding allows.
enum class WhenFull {
  wait,   ///< waits until there is room; in a call or a callback on a thread of the pool, it refuses instead
  refuse  ///< throws QueueFull
};

}  // namespace spritefarm
