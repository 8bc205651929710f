#pragma once

#include "ipc/byte_stream.hpp"
#include "posix/fd.hpp"

#include <utility>

namespace spritefarm::ipc {

/// A ByteStream over two pipes, one in each direction.
class PipeStream final : public ByteStream {
 public:
  /// Throws std::system_error.
  PipeStream(posix::Fd receive_from, posix::Fd send_to);

  std::size_t write_some(std::string_view first, std::string_view second) override;
  std::size_t read_some(char* to, std::size_t size) override;
  [[nodiscard]] bool ended() const noexcept override { return m_ended; }
  [[nodiscard]] int receiving_fd() const noexcept override { return m_from.get(); }
  [[nodiscard]] int sending_fd() const noexcept override { return m_to.get(); }

  /// Keeps a descriptor open for the lifetime of this end. The coordinator keeps the read end of the pipe
  /// that it writes to, so that a write after the death of the worker does not send SIGPIPE to the host
  /// program.
  void keep_open(posix::Fd fd) { m_kept_open = std::move(fd); }

 private:
  posix::Fd m_from;
  posix::Fd m_to;
  posix::Fd m_kept_open;
  bool m_ended = false;
};

}  // namespace spritefarm::ipc
