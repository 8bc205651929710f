#pragma once

#include <cstddef>
#include <string_view>

namespace spritefarm::ipc {

/// A stream of bytes in both directions between two processes. A Channel sends its frames over it. Each end
/// belongs to one process. One thread at a time writes and one reads; they can be different threads. No
/// member waits.
class ByteStream {
 public:
  virtual ~ByteStream() = default;

  /// Writes bytes of `first`, then of `second`, as far as there is room, and returns their number. If it is
  /// less than both have, sending_fd() becomes ready when there is room again. Bytes that are written after
  /// the other process has ended are lost without an error: the pool detects the death through the pidfd. In
  /// a worker, throws CorruptFrame as read_some().
  virtual std::size_t write_some(std::string_view first, std::string_view second) = 0;

  /// Reads up to `size` bytes and returns their number. 0: there are none; receiving_fd() becomes readable
  /// when there are. Throws CorruptFrame if the other end has broken the protocol of the stream.
  virtual std::size_t read_some(char* to, std::size_t size) = 0;

  /// True if the other end has closed and all its bytes are read.
  [[nodiscard]] virtual bool ended() const noexcept = 0;

  /// Becomes readable when there may be bytes to read.
  [[nodiscard]] virtual int receiving_fd() const noexcept = 0;
  /// Becomes writable when there may be room again. -1: receiving_fd() becomes readable instead.
  [[nodiscard]] virtual int sending_fd() const noexcept = 0;
};

}  // namespace spritefarm::ipc
