#include "posix/event_fd.hpp"

#include "posix/check.hpp"
#include "posix/refused_call.hpp"

#include <sys/eventfd.h>

#include <cstdint>

namespace spritefarm::posix {

EventFd::EventFd() : m_fd(check_permitted(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {}

// The only possible error is EAGAIN, which changes nothing: the counter is at its maximum (notified already)
// or zero (clear already).
void EventFd::notify() noexcept {
  const std::uint64_t one = 1;
  (void)!::write(m_fd.get(), &one, sizeof one);
}

void EventFd::clear() noexcept {
  std::uint64_t count;
  (void)!::read(m_fd.get(), &count, sizeof count);
}

}  // namespace spritefarm::posix
