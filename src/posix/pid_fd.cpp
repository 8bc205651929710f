#include "posix/pid_fd.hpp"

#include "posix/check.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace spritefarm::posix {
namespace {

std::chrono::microseconds duration_of(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

}  // namespace

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

void kill_group(pid_t group) noexcept {
  if (group > 1) ::kill(-group, SIGKILL);
}

std::optional<WorkerExit> reap_with_group(pid_t child) noexcept {
  // The group is killed while its leader is still in the process table, so that the number cannot be
  // another's.
  siginfo_t ended{};
  if (retry_on_signal([&] { return ::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT); }) <
      0)
    return std::nullopt;
  kill_group(child);
  int status = 0;
  rusage usage{};
  if (retry_on_signal([&] { return ::wait4(child, &status, 0, &usage); }) < 0) return std::nullopt;
  WorkerExit exit;
  exit.pid = child;
  exit.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  exit.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
  exit.cpu = duration_of(usage.ru_utime) + duration_of(usage.ru_stime);
  exit.peak_memory_kib = usage.ru_maxrss;
  return exit;
}

}  // namespace spritefarm::posix
