#pragma once

namespace spritefarm::futures {

/// The thread pool whose thread this is, or null. What would wait for the pool's threads does not wait there.
inline const void*& current_pool() noexcept {
  thread_local const void* pool = nullptr;
  return pool;
}

}  // namespace spritefarm::futures
