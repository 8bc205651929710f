#pragma once

#include "posix/fd.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace spritefarm::posix {

/// One end of a socket between two processes of this machine. It carries whole messages, with file
/// descriptors (SOCK_SEQPACKET). Used by one thread at a time. Members throw std::system_error if a system
/// call fails.
class MessageSocket {
 public:
  MessageSocket() = default;
  explicit MessageSocket(Fd fd) noexcept : m_fd(std::move(fd)) {}
  static std::pair<MessageSocket, MessageSocket> make_pair();

  enum class Sent { whole, no_room, closed };
  /// Sends a message. Waits for room if `wait`.
  Sent send(std::span<const std::byte> message, std::span<const int> fds, bool wait);

  enum class Received { message, nothing_yet, closed };
  /// Receives a message without waiting. A message that has another size than `message`, or more than
  /// `max_fds` descriptors, counts as closed: the other end is not trusted.
  Received receive(std::span<std::byte> message, std::vector<Fd>& fds);

  template <typename Message>
  Sent send(const Message& message, std::span<const int> fds = {}, bool wait = true) {
    static_assert(std::is_trivially_copyable_v<Message>);
    return send(std::as_bytes(std::span(&message, 1)), fds, wait);
  }
  template <typename Message>
  Received receive(Message& message, std::vector<Fd>& fds) {
    static_assert(std::is_trivially_copyable_v<Message>);
    return receive(std::as_writable_bytes(std::span(&message, 1)), fds);
  }

  [[nodiscard]] int fd() const noexcept { return m_fd.get(); }
  void close() noexcept { m_fd.reset(); }
  /// Ends the sending direction, waits at most `timeout` until the other end has closed too, and closes.
  void finish(std::chrono::milliseconds timeout) noexcept;

 private:
  static constexpr std::size_t max_fds = 6;
  Fd m_fd;
};

}  // namespace spritefarm::posix
