#pragma once

#include <cstddef>
#include <string_view>

namespace spritefarm::ipc {

/// Bytes in both directions between two processes: what a Channel's frames travel in. Each end belongs to one process;
/// one thread at a time writes and one reads, and these may be two. Nothing here waits.
class ByteStream {
 public:
  virtual ~ByteStream() = default;

  /// Writes what there is room for, of `first` and then of `second`: how many bytes. Fewer than both have: sending_fd()
  /// tells of room. What is written when the other end has gone is lost in silence: its death is told by other ways.
  virtual std::size_t write_some(std::string_view first, std::string_view second) = 0;

  /// Reads up to `size` bytes: how many. 0: there are none; receiving_fd() tells when there are. Throws CorruptFrame
  /// where the other end has broken the stream's own rules.
  virtual std::size_t read_some(char* to, std::size_t size) = 0;

  /// The other end has closed, and everything that it sent has been read.
  [[nodiscard]] virtual bool ended() const noexcept = 0;

  /// Readable when there may be something to read.
  [[nodiscard]] virtual int receiving_fd() const noexcept = 0;
  /// Writable when there may be room again; -1: receiving_fd() tells of that too.
  [[nodiscard]] virtual int sending_fd() const noexcept = 0;
};

}  // namespace spritefarm::ipc
