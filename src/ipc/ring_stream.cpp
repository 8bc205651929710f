#include "ipc/ring_stream.hpp"

#include "ipc/frame.hpp"

#include <utility>

namespace spritefarm::ipc {
namespace {

constexpr std::uint32_t capacity = 256 << 10;  // of each ring
constexpr std::size_t ring_size = Ring::size_in_memory(capacity);

posix::SharedMemory make_rings() {
  posix::SharedMemory memory(2 * ring_size);
  for (std::size_t i = 0; i < 2; ++i)
    Ring::format(static_cast<char*>(memory.data()) + i * ring_size, capacity);
  return memory;
}
/// Ring 0 carries the calls, ring 1 the results.
Ring ring_in(const posix::SharedMemory& memory, std::size_t index) {
  return Ring(static_cast<char*>(memory.data()) + index * ring_size, capacity);
}

}  // namespace

RingStream::RingStream()
    : m_is_worker(false),
      m_memory(make_rings()),
      m_sending(ring_in(m_memory, 0)),
      m_receiving(ring_in(m_memory, 1)) {}

RingStream::RingStream(posix::Fd memory, posix::Fd waiting, posix::Fd notifying)
    : m_is_worker(true),
      m_memory(std::move(memory), 2 * ring_size),
      m_local_notification(posix::SharedNotification::to_wait(std::move(waiting))),
      m_remote_notification(posix::SharedNotification::to_notify(std::move(notifying))),
      m_sending(ring_in(m_memory, 1)),
      m_receiving(ring_in(m_memory, 0)) {}

std::size_t RingStream::write_some(std::string_view first, std::string_view second) {
  const std::size_t whole = first.size() + second.size();
  if (m_corrupt) return whole;
  try {
    return m_sending.write_some(first, second, m_remote_notification);
  } catch (const CorruptFrame&) {
    m_corrupt = true;
    if (m_is_worker) throw;
    m_local_notification.notify();
    return whole;
  }
}

std::size_t RingStream::read_some(char* to, std::size_t size) {
  const auto read = [&] {
    if (m_corrupt) throw CorruptFrame("a ring was read further than it was written");
    return m_receiving.read_some(to, size, m_remote_notification);
  };
  if (const std::size_t got = read(); got > 0) return got;
  // The first read has asked for a notification, which may have arrived since: clear() removes it, and the
  // second read finds its bytes, or the error that write_some() has found on another thread.
  m_local_notification.clear();
  return read();
}

}  // namespace spritefarm::ipc
