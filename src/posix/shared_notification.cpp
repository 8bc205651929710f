#include "posix/shared_notification.hpp"

#include "posix/check.hpp"
#include "posix/refused_call.hpp"

#include <sys/socket.h>
#include <sys/un.h>

namespace spritefarm::posix {
namespace {

constexpr int max_datagrams = 64;  // more than a socket queues

/// A socket that is connected to itself: it takes datagrams from nobody else.
Fd make_socket() {
  Fd socket(check_permitted(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket"));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  // Without a path, the kernel chooses an unused abstract name.
  check(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address.sun_family), "bind");
  socklen_t size = sizeof address;
  check(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  const int least = 1;  // a few datagrams: one is enough
  check(::setsockopt(socket.get(), SOL_SOCKET, SO_SNDBUF, &least, sizeof least), "setsockopt SO_SNDBUF");
  check(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), size), "connect");
  return socket;
}

}  // namespace

SharedNotification::SharedNotification() : m_fd(make_socket()) {}

// MSG_DONTWAIT, because O_NONBLOCK is common to all copies of the descriptor. A full queue has notified.
void SharedNotification::notify() noexcept {
  (void)::send(m_fd.get(), "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void SharedNotification::clear() noexcept {
  char datagram;
  for (int i = 0; i < max_datagrams; ++i)
    if (::recv(m_fd.get(), &datagram, sizeof datagram, MSG_DONTWAIT) <= 0) return;
}

}  // namespace spritefarm::posix
