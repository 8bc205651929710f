#pragma once

#include "posix/fd.hpp"

#include <chrono>
#include <cstdint>
#include <span>

namespace spritefarm::posix {

/// An epoll instance: descriptors, each with a key of the caller's. Level-triggered. Used by one thread at a
/// time. Every member throws std::system_error where the system refuses, but remove().
class Epoll {
 public:
  /// A sum of these; `hangup` stands for EPOLLHUP and EPOLLERR, which epoll reports unasked.
  static constexpr unsigned readable = 1, writable = 2, hangup = 4;

  struct Event {
    std::uint64_t key;
    unsigned readiness;
  };

  Epoll();
  void add(int fd, unsigned readiness, std::uint64_t key);
  void modify(int fd, unsigned readiness, std::uint64_t key);
  /// Silent about a descriptor that is closed or was never added.
  void remove(int fd) noexcept;

  /// Waits for at most `timeout` (negative: without a bound) and fills `events` from its start; how many it
  /// filled, 0 also when a signal came.
  std::size_t wait(std::span<Event> events, std::chrono::nanoseconds timeout);

  [[nodiscard]] int fd() const noexcept { return m_fd.get(); }

 private:
  Fd m_fd;
};

}  // namespace spritefarm::posix
