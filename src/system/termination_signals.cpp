#include "system/termination_signals.hpp"

#include "posix/check.hpp"

namespace spritefarm::system {

namespace {

void check_number(int error, const char* what) {
  if (error == 0) return;
  errno = error;
  posix::throw_errno(what);
}

}  // namespace

TerminationSignals::TerminationSignals() {
  sigemptyset(&m_signals);
  sigaddset(&m_signals, SIGINT);
  sigaddset(&m_signals, SIGTERM);
  check_number(::pthread_sigmask(SIG_BLOCK, &m_signals, &m_before), "pthread_sigmask");
}

TerminationSignals::~TerminationSignals() {
  (void)::pthread_sigmask(SIG_SETMASK, &m_before, nullptr);
}

int TerminationSignals::wait() {
  int signal = 0;
  check_number(::sigwait(&m_signals, &signal), "sigwait");
  return signal;
}

bool TerminationSignals::pending() const noexcept {
  sigset_t waiting;
  return ::sigpending(&waiting) == 0 && (sigismember(&waiting, SIGINT) || sigismember(&waiting, SIGTERM));
}

}  // namespace spritefarm::system
