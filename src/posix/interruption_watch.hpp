#pragma once

#include "posix/event_fd.hpp"

#include <atomic>
#include <functional>
#include <thread>

namespace spritefarm::posix {

/// As long as it lives, SIGINT and SIGTERM do not end the process but call `on_signal`, once, on a thread of
/// its own, where anything may be done: also ending the process while other threads are busy. One at a time
/// in a process; made after the last fork, since it starts a thread. The constructor throws
/// std::system_error.
class InterruptionWatch {
 public:
  explicit InterruptionWatch(std::function<void()> on_signal);
  InterruptionWatch(const InterruptionWatch&) = delete;
  InterruptionWatch& operator=(const InterruptionWatch&) = delete;
  /// Puts back what the signals did before.
  ~InterruptionWatch();

 private:
  void wait();

  std::function<void()> m_on_signal;
  EventFd m_bell;
  std::atomic<bool> m_ending = false;
  std::thread m_thread;
};

/// A write to a pipe or socket whose reader is gone is an error from now on, not the end of the process.
void ignore_broken_pipes();

}  // namespace spritefarm::posix
