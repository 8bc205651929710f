#pragma once

#include "posix/event_fd.hpp"

#include <atomic>
#include <functional>
#include <thread>

namespace spritefarm::system {

/// Handles SIGTSTP (Ctrl-Z) during its lifetime, on a thread of its own or on the owner's. If SIGTSTP was
/// ignored before, it stays ignored. At most one object per process. Throws std::system_error.
class StopSignal {
 public:
  /// Starts no thread: the owner polls pending(), and then calls stop().
  StopSignal();
  /// The signal calls `before_stop`, stops the process, and calls `after_stop` once the process continues.
  /// Both run on a thread of this object, so construct it after the last fork.
  StopSignal(std::function<void()> before_stop, std::function<void()> after_stop);
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;
  /// Restores the previous handler.
  ~StopSignal();

  /// Whether the signal has come since the last stop().
  [[nodiscard]] bool pending() const noexcept;
  /// Stops the process by the signal. Returns when it continues; at once if the kernel does not stop it
  /// because nobody could continue it (an orphaned process group).
  void stop();

 private:
  void run();

  const std::function<void()> m_before_stop, m_after_stop;
  posix::EventFd m_notification;
  std::atomic<bool> m_ending = false;
  std::thread m_thread;
};

}  // namespace spritefarm::system
