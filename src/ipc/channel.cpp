#include "ipc/channel.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace spritefarm::ipc {
namespace {

constexpr std::size_t read_ahead = 64 << 10;  // the default size of a pipe
constexpr std::size_t first_growth = std::size_t{2} << 20;
constexpr std::uint64_t max_in_stream = std::uint64_t{1} << 20;  // of a ring, or of a pipe that was enlarged

}  // namespace

Channel::Channel(std::unique_ptr<ByteStream> stream) : m_stream(std::move(stream)), m_buffer(read_ahead) {}

void Channel::send(FrameHeader header, std::string_view payload, std::shared_ptr<const void> owner) {
  Unsent frame = begin(header, payload);
  if (frame.whole()) return;
  frame.owner = std::move(owner);
  m_unsent.push_back(std::move(frame));
}

void Channel::send(FrameHeader header, std::string payload) {
  Unsent frame = begin(header, payload);
  if (frame.whole()) return;
  const auto kept = std::make_shared<const std::string>(std::move(payload));
  frame.payload = *kept;
  frame.owner = kept;
  m_unsent.push_back(std::move(frame));
}

/// Sends as much of the frame as there is room for.
Channel::Unsent Channel::begin(FrameHeader header, std::string_view payload) {
  header.size = payload.size();
  Unsent frame{header, payload, nullptr, 0};
  if (m_unsent.empty()) write_some(frame);
  return frame;
}

bool Channel::flush() {
  while (!m_unsent.empty()) {
    write_some(m_unsent.front());
    if (!m_unsent.front().whole()) return false;
    m_unsent.pop_front();
  }
  return true;
}

void Channel::write_some(Unsent& frame) {
  const std::string_view header(reinterpret_cast<const char*>(&frame.header), sizeof frame.header);
  const std::size_t of_header = std::min(frame.sent, header.size());
  frame.sent += m_stream->write_some(header.substr(of_header), frame.payload.substr(frame.sent - of_header));
}

std::optional<Frame> Channel::receive() {
  while (m_header_got < sizeof m_header) {
    const std::size_t got =
        take(reinterpret_cast<char*>(&m_header) + m_header_got, sizeof m_header - m_header_got);
    if (got == 0) return std::nullopt;
    m_header_got += got;
    if (m_header_got < sizeof m_header) continue;
    check_header(m_header);
    check_limit(m_header.size, m_max_payload);
  }
  while (m_payload_got < m_header.size) {
    if (m_payload_got == m_payload.size())
      m_payload.resize(m_payload_got + std::min<std::uint64_t>(m_header.size - m_payload_got,
                                                               std::max(first_growth, m_payload_got)));
    const std::size_t got = take(m_payload.data() + m_payload_got, m_payload.size() - m_payload_got);
    if (got == 0) return std::nullopt;
    m_payload_got += got;
  }
  m_header_got = m_payload_got = 0;
  return Frame{m_header, std::exchange(m_payload, {})};
}

void Channel::on_other_end_gone() noexcept {
  m_max_rest = max_in_stream;
}

std::size_t Channel::read_some(char* to, std::size_t size) {
  const std::size_t got = m_stream->read_some(to, std::min<std::uint64_t>(size, m_max_rest));
  m_max_rest -= got;
  return got;
}

/// Copies up to `size` bytes from the buffer, or reads them from the stream if the buffer is empty. Returns
/// their number, 0 if there are none now.
std::size_t Channel::take(char* to, std::size_t size) {
  if (m_begin == m_end) {
    if (size >= m_buffer.size()) return read_some(to, size);
    m_begin = 0;
    m_end = read_some(m_buffer.data(), m_buffer.size());
  }
  const std::size_t taken = std::min(size, m_end - m_begin);
  std::memcpy(to, m_buffer.data() + m_begin, taken);
  m_begin += taken;
  return taken;
}

}  // namespace spritefarm::ipc
