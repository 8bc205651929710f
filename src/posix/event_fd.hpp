#pragma once

#include "posix/fd.hpp"

#include <utility>

namespace spritefarm::posix {

/// A notification between threads or processes: ring() makes fd() readable until clear(). Never blocks, never
/// fails once it is made; the constructor throws std::system_error.
class EventFd {
 public:
  EventFd();
  /// One that another process made.
  explicit EventFd(Fd fd) noexcept : m_fd(std::move(fd)) {}
  void notify() noexcept;
  void clear() noexcept;
  [[nodiscard]] const Fd& fd() const noexcept { return m_fd; }

 private:
  Fd m_fd;
};

}  // namespace spritefarm::posix
