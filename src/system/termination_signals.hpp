#pragma once

#include "posix/event_fd.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <string_view>
#include <thread>

namespace spritefarm::system {

/// Handles SIGINT, SIGTERM and SIGHUP during its lifetime. One that was ignored before stays ignored. The
/// first signal is remembered, for wait(), pending() and die_of_signal(). A later one ends the process at
/// once, by that signal. A signal within duplicate_interval of the first counts as the same one: some
/// programs signal a process and then its process group. At most one object per process.
class TerminationSignals {
 public:
  static constexpr std::chrono::milliseconds duplicate_interval{50};

  /// Starts no thread. A signal after the first writes `farewell`, a literal, to standard error before it
  /// ends the process. Throws std::system_error.
  explicit TerminationSignals(std::string_view farewell = "");
  /// The same with a thread, so construct it after the last fork. The first signal calls `on_signal` on that
  /// thread, where any call is safe.
  explicit TerminationSignals(std::function<void()> on_signal, std::string_view farewell = "");
  TerminationSignals(const TerminationSignals&) = delete;
  TerminationSignals& operator=(const TerminationSignals&) = delete;
  /// Restores the previous signal handlers.
  ~TerminationSignals();

  /// Waits for the first signal.
  void wait() const;
  /// Whether a signal has come.
  [[nodiscard]] bool pending() const noexcept;

 private:
  std::function<void()> m_on_signal;
  posix::EventFd m_notification;
  std::atomic<bool> m_stopping = false;
  std::thread m_thread;
};

/// Writes to standard error, unless a second signal is ending the process: its farewell is the last output.
/// Ignores errors.
void write_to_stderr(std::string_view text) noexcept;

/// The time since the first signal that a TerminationSignals has met; zero if there was none.
std::chrono::nanoseconds time_since_termination_signal() noexcept;

/// Ends the process by the signal that a TerminationSignals has met, so that the parent sees its cause: a
/// shell leaves its loop. Returns 128 + its number if the kernel refuses, as it does for the first process of
/// a container; 0 if there was no signal.
int die_of_signal() noexcept;

}  // namespace spritefarm::system
