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

/// One end of a socket between two processes of this machine that carries whole messages, and file
/// descriptors with them (SOCK_SEQPACKET). Members throw std::system_error where the system refuses.
class MessageSocket {
 public:
  MessageSocket() = default;
  explicit MessageSocket(Fd fd) noexcept : m_fd(std::move(fd)) {}
  static std::pair<MessageSocket, MessageSocket> make_pair();

  enum class Sent { whole, no_room, closed };
  /// Waits for room, or not.
  Sent send(std::span<const std::byte> message, std::span<const int> fds, bool wait);

  enum class Received { message, nothing_yet, closed };
  /// Without waiting. A message of another size than `message` or with more than `max_fds` descriptors
  /// counts as closed: the other end is not who it should be.
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
  /// Tells the other end that nothing more will come, waits until it has closed too, `timeout` at most, and closes.
  void finish(std::chrono::milliseconds timeout) noexcept;

 private:
  static constexpr std::size_t max_fds = 4;
  Fd m_fd;
};

}  // namespace spritefarm::posix
