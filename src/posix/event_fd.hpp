#pragma once

#include "posix/fd.hpp"

#include <utility>

namespace spritefarm::posix {

/// A notification between threads or processes: notify() makes fd() readable until clear(). Both never block
/// or fail; the constructor throws std::system_error. Any thread.
class EventFd {
 public:
  EventFd();
  /// Takes a descriptor that another process created.
  explicit EventFd(Fd fd) noexcept : m_fd(std::move(fd)) {}
  void notify() noexcept;
  void clear() noexcept;
  [[nodiscard]] const Fd& fd() const noexcept { return m_fd; }

 private:
  Fd m_fd;
};

}  // namespace spritefarm::posix
