#include "system/loopback_listener.hpp"

#include "posix/check.hpp"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>

namespace spritefarm::system {

posix::Fd listen_on_loopback(std::uint16_t port) {
  posix::Fd socket(posix::check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket"));
  const int on = 1;
  posix::check(::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on),
               "setsockopt SO_REUSEADDR");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const std::string where = "listen on 127.0.0.1:" + std::to_string(port);
  posix::check(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
               where.c_str());
  posix::check(::listen(socket.get(), SOMAXCONN), where.c_str());
  return socket;
}

std::uint16_t local_port(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  posix::check(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  return ntohs(address.sin_port);
}

std::uint64_t received_bytes(int socket) noexcept {
  tcp_info info{};
  socklen_t size = sizeof info;
  return ::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 ? info.tcpi_bytes_received : 0;
}

void shut_down_connection(int socket) noexcept {
  ::shutdown(socket, SHUT_RDWR);
}

// connect() to AF_UNSPEC disconnects the socket; Linux sends RST (tcp_disconnect).
void reset_connection(int socket) noexcept {
  sockaddr none{};
  none.sa_family = AF_UNSPEC;
  (void)::connect(socket, &none, sizeof none);
}

bool peer_has_left(int socket) noexcept {
  char byte;
  const auto got = posix::retry_on_signal([&] { return ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT); });
  return got == 0 || (got < 0 && errno != EAGAIN);
}

}  // namespace spritefarm::system
