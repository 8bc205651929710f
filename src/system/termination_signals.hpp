#pragma once

#include <csignal>

namespace spritefarm::system {

/// Holds back SIGINT and SIGTERM from this thread, and from those that it starts later, so that one thread
/// can wait for them. Destroying it lets them through again. Throws std::system_error.
class TerminationSignals {
 public:
  TerminationSignals();
  TerminationSignals(const TerminationSignals&) = delete;
  TerminationSignals& operator=(const TerminationSignals&) = delete;
  ~TerminationSignals();

  /// Returns the first that comes.
  int wait();
  /// Whether one has come that nobody has waited for.
  [[nodiscard]] bool pending() const noexcept;

 private:
  sigset_t m_signals;
  sigset_t m_before;
};

}  // namespace spritefarm::system
