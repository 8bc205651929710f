#pragma once

#include "posix/fd.hpp"

namespace spritefarm::posix {

/// A doorbell between threads or processes: ring() makes fd() readable until clear(). Never blocks, never
/// fails once it is made; the constructor throws std::system_error.
class EventFd {
 public:
  EventFd();
  void ring() noexcept;
  void clear() noexcept;
  [[nodiscard]] int fd() const noexcept { return m_fd.get(); }

 private:
  Fd m_fd;
};

}  // namespace spritefarm::posix
