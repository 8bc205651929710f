#pragma once

#include "posix/event_fd.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

namespace spritefarm::system {

/// As long as it lives, the first SIGINT or SIGTERM does not end the process but calls `on_signal` on a thread of its own,
/// where anything may be done: also ending the process while other threads are busy. A further one ends it at once, with
/// `status`; one that comes in the same moment is the same to us, as some programs signal a process and then its whole
/// group. One at a time in a process; made after the last fork, since it starts a thread. The constructor throws
/// std::system_error.
class InterruptionWatch {
 public:
  /// How soon after the first a further signal is none.
  static constexpr std::chrono::milliseconds same_moment{50};

  InterruptionWatch(std::function<void()> on_signal, int status);
  InterruptionWatch(const InterruptionWatch&) = delete;
  InterruptionWatch& operator=(const InterruptionWatch&) = delete;
  /// Puts back what the signals did before.
  ~InterruptionWatch();

 private:
  void wait();

  std::function<void()> m_on_signal;
  posix::EventFd m_notification;
  std::atomic<bool> m_ending = false;
  std::thread m_thread;
};

/// A write to a pipe or socket whose reader is gone is an error from now on, not the end of the process.
void ignore_broken_pipes();

}  // namespace spritefarm::system
