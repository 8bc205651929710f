#include "posix/pid_fd.hpp"

#include "posix/check.hpp"
#include "posix/refused_call.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>

#include <cstdio>
#include <memory>

namespace spritefarm::posix {

namespace {

/// The pid of a process that has not been reaped; else 0 or less.
pid_t pid_of(int pid_fd) noexcept {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/self/fdinfo/%d", pid_fd);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path, "re"), std::fclose);
  char line[128];
  int pid = 0;
  while (file && std::fgets(line, sizeof line, file.get()) != nullptr)
    if (std::sscanf(line, "Pid: %d", &pid) == 1) break;
  return pid;
}

}  // namespace

PidFd PidFd::open(pid_t pid) {
  const int fd = static_cast<int>(check_permitted(::syscall(SYS_pidfd_open, pid, 0), "pidfd_open"));
  return PidFd(Fd(fd));
}

void PidFd::send_signal(int signal) const noexcept {
  if (::syscall(SYS_pidfd_send_signal, m_fd.get(), signal, nullptr, 0) == 0) return;
  if (errno != EPERM && errno != ENOSYS) return;
  if (const pid_t pid = pid_of(m_fd.get()); pid > 0) ::kill(pid, signal);
}

bool PidFd::wait_for_end(std::chrono::milliseconds timeout) const noexcept {
  pollfd process{m_fd.get(), POLLIN, 0};
  return retry_on_signal([&] { return ::poll(&process, 1, static_cast<int>(timeout.count())); }) > 0;
}

}  // namespace spritefarm::posix
