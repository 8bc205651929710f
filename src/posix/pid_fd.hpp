#pragma once

#include "posix/fd.hpp"

#include <spritefarm/errors.hpp>

#include <sys/types.h>

#include <chrono>
#include <optional>

namespace spritefarm::posix {

/// A reference to one process that stays true when its pid is used again. Readable (epoll) once the process
/// has ended.
class PidFd {
 public:
  PidFd() = default;
  explicit PidFd(Fd fd) noexcept : m_fd(std::move(fd)) {}
  /// Throws std::system_error.
  static PidFd open(pid_t pid);

  [[nodiscard]] int fd() const noexcept { return m_fd.get(); }
  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(m_fd); }
  /// Silent when the process has ended.
  void send_signal(int signal) const noexcept;
  /// Waits until the process has ended, `timeout` at most: whether it has.
  bool wait_for_end(std::chrono::milliseconds timeout) const noexcept;

 private:
  Fd m_fd;
};

/// Sends SIGKILL to all processes of a group, if there are any.
void kill_group(pid_t group) noexcept;

/// Waits for the end of a child of the calling process and takes it out of the process table. Before that,
/// kills what is left of the process group that the child led. None if there is no such child.
std::optional<WorkerExit> reap_with_group(pid_t child) noexcept;

}  // namespace spritefarm::posix
