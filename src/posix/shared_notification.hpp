#pragma once

#include "posix/fd.hpp"

namespace spritefarm::posix {

/// A notification from one process to another that need not trust it: notify() makes fd() readable until
/// clear(). Neither ever blocks or fails, whatever the other process does: it is a pipe, whose two ends can
/// be blocking or not independently of each other. (An eventfd could be made blocking for both.)
///
/// The process that creates it keeps both ends and uses one: so no end is ever broken. It gives the other end
/// to the other process. Throws std::system_error.
class SharedNotification {
 public:
  SharedNotification();
  /// In the other process, with the end by which it waits or notifies.
  static SharedNotification to_wait(Fd waiting);
  static SharedNotification to_notify(Fd notifying);

  void notify() noexcept;
  void clear() noexcept;
  [[nodiscard]] const Fd& fd() const noexcept { return m_waiting; }
  [[nodiscard]] const Fd& notifying_fd() const noexcept { return m_notifying; }

 private:
  SharedNotification(Fd waiting, Fd notifying);

  Fd m_waiting;
  Fd m_notifying;
};

}  // namespace spritefarm::posix
