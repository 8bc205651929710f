#pragma once

#include "posix/shared_notification.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace spritefarm::ipc {

/// One direction of a channel in shared memory, version 1: a ring buffer that one process writes and one
/// process reads. The frames of frame.hpp follow one another in it, as in a pipe. A frame that is larger than
/// the ring passes through it in pieces.
///
///     offset  size
///          0     4  version        1
///          4     4  capacity       bytes of the ring, a power of two
///         64     8  written        bytes written since the start; set by the writer
///        128     8  read           bytes read since the start; set by the reader
///        192     4  reader_waits   1: the reader found no bytes, or has not read yet; the next write sets
///                                  it to 0 and notifies
///        256     4  writer_waits   1: the writer found no room; the next read sets it to 0 and notifies
///        320     …  the bytes: byte n of the stream at 320 + n modulo capacity
///
/// Each of the four words has its own cache line, because mostly one process writes it. Example: after the 36
/// bytes of the call in frame.hpp, in a ring whose reader has waited, written = 36, read = 0, reader_waits =
/// 0, the frame is at 320 to 355, and the reader has been notified once.
///
/// Neither side trusts a number of the other: each keeps its own position, and a distance larger than the
/// ring is corruption. Each of the two processes has one object, which one thread at a time uses.
class Ring {
 public:
  static constexpr std::size_t size_in_memory(std::uint32_t capacity) noexcept {
    return sizeof(Control) + capacity;
  }
  /// Initialises zeroed memory as an empty ring.
  static void format(void* memory, std::uint32_t capacity) noexcept;
  /// Opens a formatted ring before its first read and write. Throws CorruptFrame if it has another version or
  /// capacity.
  Ring(void* memory, std::uint32_t capacity);

  /// In the writer: writes bytes of `first`, then of `second`, as far as there is room, and returns their
  /// number. If some are left, the next read notifies the writer. Throws CorruptFrame.
  std::size_t write_some(std::string_view first, std::string_view second, posix::SharedNotification& reader);
  /// In the reader: reads up to `size` bytes and returns their number. If there are none, the next write
  /// notifies the reader. Throws CorruptFrame.
  std::size_t read_some(char* to, std::size_t size, posix::SharedNotification& writer);

 private:
  struct Control {
    std::uint32_t version;
    std::uint32_t capacity;
    alignas(64) std::atomic<std::uint64_t> written;
    alignas(64) std::atomic<std::uint64_t> read;
    alignas(64) std::atomic<std::uint32_t> reader_waits;
    alignas(64) std::atomic<std::uint32_t> writer_waits;
  };
  static_assert(sizeof(Control) == 320 && std::atomic<std::uint64_t>::is_always_lock_free &&
                std::atomic<std::uint32_t>::is_always_lock_free);

  std::size_t room();
  std::size_t available();
  template <typename Distance>
  std::size_t distance_to(const std::atomic<std::uint64_t>& other, std::atomic<std::uint32_t>& waits,
                          Distance distance);
  void put(std::string_view bytes, std::uint64_t at) noexcept;

  Control* m_control;
  char* m_bytes;
  std::uint64_t m_capacity;
  std::uint64_t m_own = 0;    // the position of this side
  std::uint64_t m_other = 0;  // the last known position of the other side
};

}  // namespace spritefarm::ipc
