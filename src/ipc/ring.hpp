#pragma once

#include "posix/event_fd.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace spritefarm::ipc {

/// One direction of a channel in shared memory, version 1: a ring of bytes that one process writes and one reads. The
/// frames of frame.hpp lie in it one behind the other, as in a pipe; one that is larger than the ring passes through it
/// in pieces.
///
///     offset  size
///          0     4  version        1
///          4     4  capacity       bytes of the ring, a power of two
///         64     8  written        bytes that have been written since the start; the writer's
///        128     8  read           bytes that have been read since the start; the reader's
///        192     4  reader_waits   1: the reader found nothing, or has not looked yet; who writes next sets it to
///                           0 and notifies
///        256     4  writer_waits   1: the writer found no room; who reads next sets it to 0 and notifies
///        320     …  the bytes: number n of the stream at 320 + n modulo capacity
///
/// Each line has a cache line of its own, as each is written by one process alone most of the time. After the call of
/// frame.hpp's example, of 36 bytes, in a ring whose reader has waited: written = 36, read = 0, reader_waits = 0, the
/// frame at 320 … 355, and the reader's notification has been notified once.
///
/// Neither side trusts a number that the other one wrote: it keeps its own, and a distance between the two that is
/// larger than the ring is corruption. One object in each of the two processes; one thread at a time in each.
class Ring {
 public:
  static constexpr std::size_t size_in_memory(std::uint32_t capacity) noexcept {
    return sizeof(Control) + capacity;
  }
  /// In memory that is zeroed.
  static void format(void* memory, std::uint32_t capacity) noexcept;
  /// Of formatted memory, before anybody has read or, in the writer, written. Throws CorruptFrame for another version
  /// or capacity.
  Ring(void* memory, std::uint32_t capacity);

  /// In the writer: how many bytes of both together there was room for; where fewer than all, the next read notifies.
  /// Throws CorruptFrame.
  std::size_t write_some(std::string_view first, std::string_view second, posix::EventFd& reader);
  /// In the reader: how many bytes there were, up to `size`; where none, the next write notifies. Throws CorruptFrame.
  std::size_t read_some(char* to, std::size_t size, posix::EventFd& writer);

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
  std::size_t look(const std::atomic<std::uint64_t>& other, std::atomic<std::uint32_t>& waits,
                   Distance distance);
  void put(std::string_view bytes, std::uint64_t at) noexcept;

  Control* m_control;
  char* m_bytes;
  std::uint64_t m_capacity;
  std::uint64_t m_own = 0;    // what this side has written or read
  std::uint64_t m_other = 0;  // what the other side had, when it was last looked at
};

}  // namespace spritefarm::ipc
