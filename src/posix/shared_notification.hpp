#pragma once

#include "posix/fd.hpp"

#include <utility>

namespace spritefarm::posix {

/// A notification between two processes that need not trust each other: notify() makes fd() readable until
/// clear(). A process can do what it likes with its copy of the descriptor: neither call of the other one
/// ever blocks or fails. (It could make an eventfd blocking for both.) The constructor throws
/// std::system_error.
class SharedNotification {
 public:
  SharedNotification();
  /// Takes a descriptor that another process created.
  explicit SharedNotification(Fd fd) noexcept : m_fd(std::move(fd)) {}
  void notify() noexcept;
  void clear() noexcept;
  [[nodiscard]] const Fd& fd() const noexcept { return m_fd; }

 private:
  Fd m_fd;
};

}  // namespace spritefarm::posix
