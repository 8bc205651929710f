#include "ipc/pipe_channel.hpp"

#include "posix/pipe.hpp"
#include "posix/vector_io.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace spritefarm::ipc {
namespace {

constexpr std::size_t read_ahead = 64 << 10;  // a pipe's usual size
constexpr std::size_t growth = std::size_t{1} << 20;

}  // namespace

PipeChannel::PipeChannel(posix::Fd receive_from, posix::Fd send_to)
    : m_from(std::move(receive_from)), m_to(std::move(send_to)), m_buffer(read_ahead) {
  posix::set_nonblocking(m_from);
  posix::set_nonblocking(m_to);
}

void PipeChannel::send(FrameHeader header, Payload payload) {
  header.size = payload ? payload->size() : 0;
  m_unsent.push_back({header, std::move(payload), 0});
  if (m_unsent.size() == 1) flush();
}

bool PipeChannel::flush() {
  while (!m_unsent.empty()) {
    if (!m_to)
      m_unsent.clear();
    else if (!write_some(m_unsent.front()))
      return false;
    else
      m_unsent.pop_front();
  }
  return true;
}

/// True when the frame is wholly sent, or nobody is left to receive it.
bool PipeChannel::write_some(Unsent& frame) {
  const std::size_t whole = sizeof frame.header + frame.header.size;
  while (frame.sent < whole) {
    const std::string_view header(reinterpret_cast<const char*>(&frame.header), sizeof frame.header);
    const std::size_t in_header = std::min(frame.sent, header.size());
    const std::string_view payload =
        frame.payload ? std::string_view(*frame.payload).substr(frame.sent - in_header) : std::string_view();
    const auto written = posix::write_two(m_to, header.substr(in_header), payload);
    if (written == posix::would_block) return false;
    if (written == posix::broken) {
      m_to.reset();
      return true;
    }
    frame.sent += static_cast<std::size_t>(written);
  }
  return true;
}

void PipeChannel::close_sending() noexcept {
  m_to.reset();
}

std::optional<Frame> PipeChannel::receive() {
  while (m_header_got < sizeof m_header) {
    const std::size_t got =
        take(reinterpret_cast<char*>(&m_header) + m_header_got, sizeof m_header - m_header_got);
    if (got == 0) return std::nullopt;
    m_header_got += got;
    if (m_header_got == sizeof m_header) check_header(m_header);
  }
  while (m_payload_got < m_header.size) {
    if (m_payload_got == m_payload.size())
      m_payload.resize(m_payload_got + std::min<std::uint64_t>(m_header.size - m_payload_got, growth));
    const std::size_t got = take(m_payload.data() + m_payload_got, m_payload.size() - m_payload_got);
    if (got == 0) return std::nullopt;
    m_payload_got += got;
  }
  m_header_got = m_payload_got = 0;
  return Frame{m_header, std::exchange(m_payload, {})};
}

/// Up to `size` bytes from what was read ahead, or else from the pipe; 0 when there is nothing now.
std::size_t PipeChannel::take(char* to, std::size_t size) {
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

std::size_t PipeChannel::read_some(char* to, std::size_t size) {
  if (m_ended) return 0;
  const auto got = posix::read_some(m_from, to, size);
  if (got == posix::would_block) return 0;
  if (got == 0) m_ended = true;
  return static_cast<std::size_t>(got);
}

PipeChannelEnds PipeChannelEnds::make() {
  posix::Pipe calls = posix::Pipe::make();
  posix::Pipe results = posix::Pipe::make();
  PipeChannelEnds ends;
  ends.worker_receives_from = calls.read_end.duplicate();
  ends.worker_sends_to = std::move(results.write_end);
  ends.coordinator = std::make_unique<PipeChannel>(std::move(results.read_end), std::move(calls.write_end));
  ends.coordinator->keep_open(std::move(calls.read_end));
  return ends;
}

}  // namespace spritefarm::ipc
