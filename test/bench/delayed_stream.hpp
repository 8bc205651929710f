#pragma once

#include "bench/simulated_line.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>

namespace spritefarm::bench {

/// One direction of a relayed TCP connection. It reads pieces from one socket and writes each to the other
/// socket, in order, when it arrives by the line. Its Connection owns it and the two non-blocking sockets.
/// The relay's only thread drives it by edge-triggered epoll: read() and write() continue until the socket
/// would block. If a socket fails, broken() is true.
class DelayedStream {
 public:
  using Clock = std::chrono::steady_clock;

  /// Data that is read before `opens` counts as read at `opens`.
  DelayedStream(int from, int to, SimulatedLine& line, Clock::time_point opens)
      : m_from(from), m_to(to), m_line(line), m_opens(opens) {}

  /// Reads all available data, but holds no more than the line's window.
  void read();
  /// Writes all data that is due. Resumes reading if the limit had stopped it.
  void write();
  /// The destination socket is writable again.
  void unblock() { m_blocked = false; }

  /// The time at which write() has data to write; none while it waits for a socket.
  [[nodiscard]] std::optional<Clock::time_point> next_due() const;
  /// Whether the end of the stream has been written.
  [[nodiscard]] bool finished() const { return m_finished; }
  [[nodiscard]] bool broken() const { return m_broken; }

 private:
  struct Piece {
    Clock::time_point due;
    std::string bytes;  ///< empty: end of the stream
  };

  bool read_piece();
  bool write_piece(const Piece& piece);

  int m_from, m_to;
  SimulatedLine& m_line;
  Clock::time_point m_opens;
  Clock::time_point m_last_due{};
  std::deque<Piece> m_pieces;
  std::size_t m_held = 0;
  std::size_t m_written = 0;  ///< bytes of the first piece
  bool m_ended = false, m_blocked = false, m_finished = false, m_broken = false;
};

}  // namespace spritefarm::bench
