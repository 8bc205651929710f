#pragma once

#include "posix/fd.hpp"

#include <sys/types.h>

#include <chrono>

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

}  // namespace spritefarm::posix
