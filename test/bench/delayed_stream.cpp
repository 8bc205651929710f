#include "bench/delayed_stream.hpp"

#include "posix/check.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>

namespace spritefarm::bench {

void DelayedStream::read() {
  while (read_piece()) {
  }
}

bool DelayedStream::read_piece() {
  if (m_ended || m_broken || m_held >= m_line.window()) return false;
  static std::array<char, 256 << 10> buffer;
  const ssize_t size =
      posix::retry_on_signal([&] { return ::recv(m_from, buffer.data(), m_line.segment_size(), 0); });
  if (size < 0) {
    m_broken = errno != EAGAIN;
    return false;
  }
  m_last_due =
      std::max(m_last_due, m_line.arrival(static_cast<std::size_t>(size), std::max(Clock::now(), m_opens)));
  m_pieces.push_back({m_last_due, std::string(buffer.data(), static_cast<std::size_t>(size))});
  m_held += static_cast<std::size_t>(size);
  m_ended = size == 0;
  return true;
}

void DelayedStream::write() {
  const Clock::time_point now = Clock::now();
  while (!m_pieces.empty() && m_pieces.front().due <= now && write_piece(m_pieces.front())) {
    const bool was_full = m_held >= m_line.window();
    m_held -= m_pieces.front().bytes.size();
    m_written = 0;
    m_pieces.pop_front();
    if (was_full) read();
  }
}

/// Returns whether the whole piece is written.
bool DelayedStream::write_piece(const Piece& piece) {
  if (piece.bytes.empty()) {
    m_finished = true;
    m_broken = m_broken || ::shutdown(m_to, SHUT_WR) < 0;
    return true;
  }
  while (m_written < piece.bytes.size()) {
    const ssize_t size = posix::retry_on_signal([&] {
      return ::send(m_to, piece.bytes.data() + m_written, piece.bytes.size() - m_written, MSG_NOSIGNAL);
    });
    if (size < 0) {
      m_blocked = errno == EAGAIN;
      m_broken = m_broken || !m_blocked;
      return false;
    }
    m_written += static_cast<std::size_t>(size);
  }
  return true;
}

std::optional<DelayedStream::Clock::time_point> DelayedStream::next_due() const {
  if (m_pieces.empty() || m_blocked || m_broken) return std::nullopt;
  return m_pieces.front().due;
}

}  // namespace spritefarm::bench
