#pragma once

#include "posix/fd.hpp"

#include <sys/types.h>

#include <chrono>

namespace spritefarm::posix {

/// A reference to one process, which stays valid when its pid is reused. Its descriptor is readable when the
/// process has ended. Move-only.
class PidFd {
 public:
  PidFd() = default;
  explicit PidFd(Fd fd) noexcept : m_fd(std::move(fd)) {}
  /// Throws std::system_error.
  static PidFd open(pid_t pid);

  [[nodiscard]] int fd() const noexcept { return m_fd.get(); }
  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(m_fd); }
  /// Does nothing if the process has ended. If pidfd_send_signal is refused, as a container may do, it finds
  /// the pid in /proc.
  void send_signal(int signal) const noexcept;
  /// Waits for the end of the process, for at most `timeout`. False if it has not ended.
  bool wait_for_end(std::chrono::milliseconds timeout) const noexcept;

 private:
  Fd m_fd;
};

}  // namespace spritefarm::posix
