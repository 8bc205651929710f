#pragma once

#include <csignal>

namespace spritefarm::system {

/// Blocks SIGINT and SIGTERM in the calling thread, and in threads that it starts later, so that one thread
/// can wait for them. The destructor restores the signal mask. Throws std::system_error.
class TerminationSignals {
 public:
  TerminationSignals();
  TerminationSignals(const TerminationSignals&) = delete;
  TerminationSignals& operator=(const TerminationSignals&) = delete;
  ~TerminationSignals();

  /// Waits for one of the two signals and returns its number.
  int wait();
  /// Whether a signal is pending that wait() has not returned yet.
  [[nodiscard]] bool pending() const noexcept;

 private:
  sigset_t m_signals;
  sigset_t m_before;
};

}  // namespace spritefarm::system
