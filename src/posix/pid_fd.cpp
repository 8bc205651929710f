#include "posix/pid_fd.hpp"

#include "posix/check.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>

namespace spritefarm::posix {

PidFd PidFd::open(pid_t pid) {
  const int fd =
      static_cast<int>(check(::syscall(SYS_pidfd_open, pid, 0), "pidfd_open (Linux 5.3 or later is needed)"));
  return PidFd(Fd(fd));
}

void PidFd::send_signal(int signal) const noexcept {
  ::syscall(SYS_pidfd_send_signal, m_fd.get(), signal, nullptr, 0);
}

bool PidFd::wait_for_end(std::chrono::milliseconds timeout) const noexcept {
  pollfd process{m_fd.get(), POLLIN, 0};
  return retry_on_signal([&] { return ::poll(&process, 1, static_cast<int>(timeout.count())); }) > 0;
}

}  // namespace spritefarm::posix
