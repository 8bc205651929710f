#include "posix/message_socket.hpp"

#include "posix/check.hpp"
#include "posix/refused_call.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cstring>

namespace spritefarm::posix {
namespace {

/// The buffer of the control message that carries descriptors, aligned as the kernel requires.
template <std::size_t Count>
union FdControl {
  cmsghdr align;
  char bytes[CMSG_SPACE(Count * sizeof(int))];
};

}  // namespace

std::pair<MessageSocket, MessageSocket> MessageSocket::make_pair() {
  int ends[2];
  check_permitted(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), "socketpair");
  return {MessageSocket(Fd(ends[0])), MessageSocket(Fd(ends[1]))};
}

MessageSocket::Sent MessageSocket::send(std::span<const std::byte> message, std::span<const int> fds,
                                        bool wait) {
  iovec part{const_cast<std::byte*>(message.data()), message.size()};
  FdControl<max_fds> control{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  if (!fds.empty()) {
    header.msg_control = control.bytes;
    header.msg_controllen = CMSG_SPACE(fds.size_bytes());
    cmsghdr* const rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(fds.size_bytes());
    std::memcpy(CMSG_DATA(rights), fds.data(), fds.size_bytes());
  }
  const auto sent = retry_on_signal(
      [&] { return ::sendmsg(m_fd.get(), &header, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT)); });
  if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) return Sent::closed;
  if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Sent::no_room;
  check(sent, "send to a process of the pool");
  return Sent::whole;
}

void MessageSocket::finish(std::chrono::milliseconds timeout) noexcept {
  ::shutdown(m_fd.get(), SHUT_WR);
  const auto until = std::chrono::steady_clock::now() + timeout;
  char ignored[256];
  ssize_t size = 1;
  while (size > 0) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
    pollfd readable{m_fd.get(), POLLIN, 0};
    if (retry_on_signal([&] { return ::poll(&readable, 1, static_cast<int>(std::max(left, 0L))); }) <= 0)
      break;
    size = retry_on_signal([&] { return ::recv(m_fd.get(), ignored, sizeof ignored, MSG_DONTWAIT); });
  }
  close();
}

MessageSocket::Received MessageSocket::receive(std::span<std::byte> message, std::vector<Fd>& fds) {
  iovec part{message.data(), message.size()};
  FdControl<max_fds> control{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.bytes;
  header.msg_controllen = sizeof control.bytes;
  const auto receive_one = [&] {
    return retry_on_signal([&] { return ::recvmsg(m_fd.get(), &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC); });
  };
  auto size = receive_one();
  // The other end has closed without reading all. This is reported once, and before the messages that it had
  // sent.
  if (size < 0 && errno == ECONNRESET) size = receive_one();
  if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Received::nothing_yet;
  if (size < 0 && errno == ECONNRESET) return Received::closed;
  check(size, "receive from a process of the pool");
  for (cmsghdr* part_header = CMSG_FIRSTHDR(&header); part_header;
       part_header = CMSG_NXTHDR(&header, part_header)) {
    if (part_header->cmsg_level != SOL_SOCKET || part_header->cmsg_type != SCM_RIGHTS) continue;
    for (std::size_t at = 0; CMSG_LEN(at + sizeof(int)) <= part_header->cmsg_len; at += sizeof(int)) {
      int fd;
      std::memcpy(&fd, CMSG_DATA(part_header) + at, sizeof fd);
      fds.emplace_back(fd);
    }
  }
  const bool whole =
      static_cast<std::size_t>(size) == message.size() && !(header.msg_flags & (MSG_TRUNC | MSG_CTRUNC));
  return whole ? Received::message : Received::closed;
}

}  // namespace spritefarm::posix
