#pragma once

#include "ipc/byte_stream.hpp"
#include "ipc/ring.hpp"
#include "posix/shared_memory.hpp"
#include "posix/shared_notification.hpp"

#include <atomic>

namespace spritefarm::ipc {

/// A ByteStream over two rings in shared memory, one in each direction, with a notification for each side. A
/// side is notified only while it waits for bytes or for room.
class RingStream final : public ByteStream {
 public:
  /// In the coordinator: creates the memory and the notifications. Throws std::system_error.
  RingStream();
  /// In the worker: opens the end that belongs to them. Throws std::system_error and CorruptFrame.
  RingStream(posix::Fd memory, posix::Fd waiting, posix::Fd notifying);

  std::size_t write_some(std::string_view first, std::string_view second) override;
  std::size_t read_some(char* to, std::size_t size) override;
  /// Always false: shared memory does not show that the other process has ended.
  [[nodiscard]] bool ended() const noexcept override { return false; }
  [[nodiscard]] int receiving_fd() const noexcept override { return m_local_notification.fd().get(); }
  [[nodiscard]] int sending_fd() const noexcept override { return -1; }

  [[nodiscard]] const posix::Fd& memory() const noexcept { return m_memory.fd(); }
  /// The ends for the worker.
  [[nodiscard]] const posix::Fd& worker_waiting() const noexcept { return m_remote_notification.fd(); }
  [[nodiscard]] const posix::Fd& worker_notifying() const noexcept {
    return m_local_notification.notifying_fd();
  }

 private:
  const bool m_is_worker;  // writes and reads on one thread
  posix::SharedMemory m_memory;
  posix::SharedNotification m_local_notification;
  posix::SharedNotification m_remote_notification;
  Ring m_sending;
  Ring m_receiving;
  std::atomic<bool> m_corrupt{false};  // set by the writing thread; in the coordinator the reading one throws
};

}  // namespace spritefarm::ipc
