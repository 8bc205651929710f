#include "ipc/ring.hpp"

#include "ipc/frame.hpp"

#include <algorithm>
#include <cstring>

namespace spritefarm::ipc {
namespace {

constexpr std::uint32_t current_version = 1;
// A large frame is published in pieces, so that the reader copies one piece while the writer copies the next.
constexpr std::size_t piece = 64 << 10;

// Sequentially consistent, like every access to the two `waits` flags and the two positions: if one side sets
// its flag while the other side moves its position, at least one of them sees the other.
void wake(std::atomic<std::uint32_t>& waits, posix::SharedNotification& notification) {
  if (waits.load() != 0 && waits.exchange(0) != 0) notification.notify();
}

}  // namespace

void Ring::format(void* memory, std::uint32_t capacity) noexcept {
  auto* const control = static_cast<Control*>(memory);
  control->version = current_version;
  control->capacity = capacity;
  control->reader_waits = 1;
}

Ring::Ring(void* memory, std::uint32_t capacity)
    : m_control(static_cast<Control*>(memory)),
      m_bytes(static_cast<char*>(memory) + sizeof(Control)),
      m_capacity(capacity) {
  if (m_control->version != current_version || m_control->capacity != capacity)
    throw CorruptFrame("a ring has another version or size");
}

std::size_t Ring::write_some(std::string_view first, std::string_view second,
                             posix::SharedNotification& reader) {
  const std::size_t whole = first.size() + second.size();
  std::size_t taken = 0;
  while (taken < whole) {
    const std::size_t more = std::min({room(), whole - taken, piece});
    if (more == 0) break;
    const std::size_t of_first = taken < first.size() ? std::min(more, first.size() - taken) : 0;
    if (of_first > 0) put(first.substr(taken, of_first), m_own);
    if (more > of_first)
      put(second.substr(taken + of_first - first.size(), more - of_first), m_own + of_first);
    taken += more;
    m_own += more;
    m_control->written.store(m_own);
    wake(m_control->reader_waits, reader);
  }
  return taken;
}

std::size_t Ring::read_some(char* to, std::size_t size, posix::SharedNotification& writer) {
  const std::size_t got = std::min(available(), size);
  if (got == 0) return 0;
  const std::size_t at = m_own & (m_capacity - 1);
  const std::size_t up_to_end = std::min<std::size_t>(got, m_capacity - at);
  std::memcpy(to, m_bytes + at, up_to_end);
  std::memcpy(to + up_to_end, m_bytes, got - up_to_end);
  m_own += got;
  m_control->read.store(m_own);
  wake(m_control->writer_waits, writer);
  return got;
}

std::size_t Ring::room() {
  return distance_to(m_control->read, m_control->writer_waits, [this] {
    if (m_own - m_other > m_capacity) throw CorruptFrame("a ring was read further than it was written");
    return m_capacity - (m_own - m_other);
  });
}

std::size_t Ring::available() {
  return distance_to(m_control->written, m_control->reader_waits, [this] {
    if (m_other - m_own > m_capacity) throw CorruptFrame("a ring claims more bytes than it can hold");
    return m_other - m_own;
  });
}

/// The `distance` that this side may advance. Reads the position of the other side only if the last known one
/// is not enough. If the result is 0, the other side will notify.
template <typename Distance>
std::size_t Ring::distance_to(const std::atomic<std::uint64_t>& other, std::atomic<std::uint32_t>& waits,
                              Distance distance) {
  if (distance() > 0) return distance();
  m_other = other.load();
  if (distance() > 0) return distance();
  waits.store(1);
  m_other = other.load();
  if (distance() > 0) waits.store(0);
  return distance();
}

void Ring::put(std::string_view bytes, std::uint64_t position) noexcept {
  const std::size_t at = position & (m_capacity - 1);
  const std::size_t up_to_end = std::min<std::size_t>(bytes.size(), m_capacity - at);
  std::memcpy(m_bytes + at, bytes.data(), up_to_end);
  std::memcpy(m_bytes, bytes.data() + up_to_end, bytes.size() - up_to_end);
}

}  // namespace spritefarm::ipc
