#include "posix/epoll.hpp"

#include "posix/check.hpp"
#include "posix/refused_call.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <limits>

namespace spritefarm::posix {
namespace {

epoll_event make_event(unsigned readiness, std::uint64_t key) {
  epoll_event event{};
  event.events =
      ((readiness & Epoll::readable) ? EPOLLIN : 0u) | ((readiness & Epoll::writable) ? EPOLLOUT : 0u);
  event.data.u64 = key;
  return event;
}

unsigned readiness_of(const epoll_event& event) {
  return ((event.events & EPOLLIN) ? Epoll::readable : 0u) |
         ((event.events & EPOLLOUT) ? Epoll::writable : 0u) |
         ((event.events & (EPOLLHUP | EPOLLERR)) ? Epoll::hangup : 0u);
}

/// Rounds up, because epoll_wait() counts milliseconds and must not return before a timer is due.
int milliseconds(std::chrono::nanoseconds timeout) {
  if (timeout < std::chrono::nanoseconds::zero()) return -1;
  const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(timeout).count();
  return static_cast<int>(std::min<std::int64_t>(rounded, std::numeric_limits<int>::max()));
}

}  // namespace

Epoll::Epoll() : m_fd(check_permitted(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {}

void Epoll::add(int fd, unsigned readiness, std::uint64_t key) {
  epoll_event event = make_event(readiness, key);
  check(::epoll_ctl(m_fd.get(), EPOLL_CTL_ADD, fd, &event), "watch a descriptor");
}

void Epoll::modify(int fd, unsigned readiness, std::uint64_t key) {
  epoll_event event = make_event(readiness, key);
  check(::epoll_ctl(m_fd.get(), EPOLL_CTL_MOD, fd, &event), "change the watch of a descriptor");
}

void Epoll::remove(int fd) noexcept {
  ::epoll_ctl(m_fd.get(), EPOLL_CTL_DEL, fd, nullptr);
}

std::size_t Epoll::wait(std::span<Event> events, std::chrono::nanoseconds timeout) {
  std::array<epoll_event, 64> ready;
  const int room = static_cast<int>(std::min(ready.size(), events.size()));
  const int count = ::epoll_wait(m_fd.get(), ready.data(), room, milliseconds(timeout));
  if (count < 0 && errno == EINTR) return 0;
  check(count, "epoll_wait");
  for (int i = 0; i < count; ++i) events[i] = {ready[i].data.u64, readiness_of(ready[i])};
  return static_cast<std::size_t>(count);
}

}  // namespace spritefarm::posix
