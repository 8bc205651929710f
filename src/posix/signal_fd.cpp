#include "posix/signal_fd.hpp"

#include "posix/check.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

namespace spritefarm::posix {

SignalFd::SignalFd(std::initializer_list<int> signals) {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : signals) ::sigaddset(&set, signal);
  m_fd.reset(check(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd"));
  ::pthread_sigmask(SIG_BLOCK, &set, &m_before);
}

SignalFd::~SignalFd() {
  ::pthread_sigmask(SIG_SETMASK, &m_before, nullptr);
}

std::optional<int> SignalFd::read() const {
  signalfd_siginfo info{};
  if (retry_on_signal([&] { return ::read(m_fd.get(), &info, sizeof info); }) != sizeof info)
    return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

}  // namespace spritefarm::posix
