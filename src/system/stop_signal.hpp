#pragma once

#include "posix/event_fd.hpp"

#include <atomic>
#include <functional>
#include <thread>

namespace spritefarm::system {

/// Handles SIGTSTP (Ctrl-Z) during its lifetime: calls `before_stop`, stops the process by that signal, and
/// calls `after_stop` once the process continues. Both run on a thread of this object, so construct it after
/// the last fork. If SIGTSTP was ignored before, it stays ignored. At most one object per process. Throws
/// std::system_error.
class StopSignal {
 public:
  StopSignal(std::function<void()> before_stop, std::function<void()> after_stop);
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;
  /// Restores the previous handler.
  ~StopSignal();

 private:
  void run();

  const std::function<void()> m_before_stop, m_after_stop;
  posix::EventFd m_notification;
  std::atomic<bool> m_ending = false;
  std::thread m_thread;
};

}  // namespace spritefarm::system
