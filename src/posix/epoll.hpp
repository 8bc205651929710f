#pragma once

#include "posix/fd.hpp"

#include <chrono>
#include <cstdint>
#include <span>

namespace spritefarm::posix {

/// An epoll instance: descriptors, each with a key that the caller chooses. Level-triggered. Used by one
/// thread at a time. Every member except remove() throws std::system_error if its system call fails.
class Epoll {
 public:
  /// A readiness is a sum of these. `hangup` is EPOLLHUP or EPOLLERR, which epoll always reports.
  static constexpr unsigned readable = 1, writable = 2, hangup = 4;

  struct Event {
    std::uint64_t key;
    unsigned readiness;
  };

  Epoll();
  void add(int fd, unsigned readiness, std::uint64_t key);
  void modify(int fd, unsigned readiness, std::uint64_t key);
  /// Ignores a descriptor that is closed or was not added.
  void remove(int fd) noexcept;

  /// Waits for at most `timeout` (negative: no bound), fills the first elements of `events` and returns their
  /// number. Returns 0 if a signal interrupts the wait.
  std::size_t wait(std::span<Event> events, std::chrono::nanoseconds timeout);

  [[nodiscard]] int fd() const noexcept { return m_fd.get(); }

 private:
  Fd m_fd;
};

}  // namespace spritefarm::posix
