#pragma once

#include "posix/fd.hpp"

namespace spritefarm::posix {

/// A notification between the threads of a process: notify() makes fd() readable until clear(). Both never
/// block or fail; the constructor throws std::system_error. Any thread.
class EventFd {
 public:
  EventFd();
  void notify() noexcept;
  void clear() noexcept;
  [[nodiscard]] const Fd& fd() const noexcept { return m_fd; }

 private:
  Fd m_fd;
};

}  // namespace spritefarm::posix
