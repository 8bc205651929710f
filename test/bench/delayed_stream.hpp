#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>

namespace spritefarm::bench {

/// One direction of a relayed TCP connection: what it reads from one socket it writes to the other, in order, each piece
/// a delay after it was read. Owned by its connection, as are the sockets; both do not block. Driven by one thread's
/// edge-triggered epoll: read() and write() go on until there is nothing to do. A socket that fails makes it broken().
class DelayedStream {
 public:
  using Clock = std::chrono::steady_clock;

  /// What is read before `opens` counts as read then.
  DelayedStream(int from, int to, Clock::duration delay, Clock::time_point opens)
      : m_from(from), m_to(to), m_delay(delay), m_opens(opens) {}

  /// Takes what can be read, but holds no more than a few MiB.
  void read();
  /// Writes what is due; and reads again what was left unread because too much was held.
  void write();
  /// The socket that is written to takes more.
  void unblock() { m_blocked = false; }

  /// When write() has something to do; none while it waits for either socket.
  [[nodiscard]] std::optional<Clock::time_point> next_due() const;
  /// Whether the end of what is read has been passed on.
  [[nodiscard]] bool finished() const { return m_finished; }
  [[nodiscard]] bool broken() const { return m_broken; }

 private:
  struct Piece {
    Clock::time_point due;
    std::string bytes;  ///< none: the end
  };

  bool read_piece();
  bool write_piece(const Piece& piece);

  int m_from, m_to;
  Clock::duration m_delay;
  Clock::time_point m_opens;
  std::deque<Piece> m_pieces;
  std::size_t m_held = 0;
  std::size_t m_written = 0;  ///< of the first piece
  bool m_ended = false, m_blocked = false, m_finished = false, m_broken = false;
};

}  // namespace spritefarm::bench
