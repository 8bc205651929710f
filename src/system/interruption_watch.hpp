#pragma once

#include "posix/event_fd.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

namespace spritefarm::system {

/// Handles SIGINT and SIGTERM during its lifetime. The first signal calls `on_signal` on a separate thread,
/// where any call is safe; `on_signal` may end the process while other threads are busy. A later signal ends
/// the process at once with `status`. A signal within duplicate_interval of the first counts as the same one:
/// some programs signal a process and then its process group. At most one per process, constructed after the
/// last fork because it starts a thread. The constructor throws std::system_error.
class InterruptionWatch {
 public:
  static constexpr std::chrono::milliseconds duplicate_interval{50};

  InterruptionWatch(std::function<void()> on_signal, int status);
  InterruptionWatch(const InterruptionWatch&) = delete;
  InterruptionWatch& operator=(const InterruptionWatch&) = delete;
  /// Restores the previous signal handlers.
  ~InterruptionWatch();

 private:
  void wait();

  std::function<void()> m_on_signal;
  posix::EventFd m_notification;
  std::atomic<bool> m_stopping = false;
  std::thread m_thread;
};

/// Ignores SIGPIPE: from now on, a write to a closed pipe or socket fails with EPIPE.
void ignore_broken_pipes();

}  // namespace spritefarm::system
