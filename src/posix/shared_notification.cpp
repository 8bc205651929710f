#include "posix/shared_notification.hpp"

#include "posix/pipe.hpp"

#include <unistd.h>

#include <utility>

namespace spritefarm::posix {

SharedNotification::SharedNotification() {
  Pipe pipe = Pipe::make();
  *this = SharedNotification(std::move(pipe.read_end), std::move(pipe.write_end));
}

SharedNotification::SharedNotification(Fd waiting, Fd notifying)
    : m_waiting(std::move(waiting)), m_notifying(std::move(notifying)) {
  if (m_waiting) set_nonblocking(m_waiting);
  if (m_notifying) set_nonblocking(m_notifying);
}

SharedNotification SharedNotification::to_wait(Fd waiting) {
  return {std::move(waiting), Fd()};
}
SharedNotification SharedNotification::to_notify(Fd notifying) {
  return {Fd(), std::move(notifying)};
}

// A full pipe has notified.
void SharedNotification::notify() noexcept {
  static_cast<void>(!::write(m_notifying.get(), "", 1));
}

/// More bytes than a process that keeps to notify() leaves keep the descriptor readable.
void SharedNotification::clear() noexcept {
  char bytes[64];
  static_cast<void>(!::read(m_waiting.get(), bytes, sizeof bytes));
}

}  // namespace spritefarm::posix
