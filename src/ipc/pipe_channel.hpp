#pragma once

#include "ipc/channel.hpp"
#include "posix/fd.hpp"

#include <array>
#include <cstddef>
#include <deque>
#include <vector>

namespace spritefarm::ipc {

/// A Channel over a pair of pipes, one in each direction. What has been written to a pipe cannot be taken
/// back: a call that was sent counts as started.
class PipeChannel final : public Channel {
 public:
  /// Throws std::system_error.
  PipeChannel(posix::Fd receive_from, posix::Fd send_to);

  void send(FrameHeader header, Payload payload) override;
  bool flush() override;
  std::optional<Frame> receive() override;
  [[nodiscard]] bool ended() const noexcept override { return m_ended; }
  void close_sending() noexcept override;
  [[nodiscard]] int receiving_fd() const noexcept override { return m_from.get(); }
  [[nodiscard]] int sending_fd() const noexcept override { return m_to.get(); }

  /// Keeps a descriptor open as long as this end lives. The coordinator keeps the other end of the pipe that
  /// it writes to: so a worker's death never turns its write into a SIGPIPE for the host program.
  void keep_open(posix::Fd fd) { m_kept = std::move(fd); }

 private:
  struct Unsent {
    FrameHeader header;
    Payload payload;
    std::size_t sent = 0;  // of both together
  };
  bool write_some(Unsent& frame);
  std::size_t take(char* to, std::size_t size);
  std::size_t read_some(char* to, std::size_t size);

  posix::Fd m_from;
  posix::Fd m_to;
  posix::Fd m_kept;
  std::deque<Unsent> m_unsent;

  std::vector<char> m_buffer;  // bytes that were read ahead: [m_begin, m_end)
  std::size_t m_begin = 0;
  std::size_t m_end = 0;
  bool m_ended = false;

  // The frame that is arriving.
  FrameHeader m_header;
  std::size_t m_header_got = 0;
  std::string m_payload;  // grows as bytes arrive, not as the header promises
  std::size_t m_payload_got = 0;
};

/// A channel's two ends before they are one process's each: the coordinator's, and what the worker makes its
/// own from.
struct PipeChannelEnds {
  std::unique_ptr<PipeChannel> coordinator;
  posix::Fd worker_receives_from;
  posix::Fd worker_sends_to;

  /// Throws std::system_error.
  static PipeChannelEnds make();
};

}  // namespace spritefarm::ipc
