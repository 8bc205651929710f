#include "ipc/pipe_stream.hpp"

#include "posix/pipe.hpp"
#include "posix/vector_io.hpp"

#include <algorithm>
#include <utility>

namespace spritefarm::ipc {

PipeStream::PipeStream(posix::Fd receive_from, posix::Fd send_to)
    : m_from(std::move(receive_from)), m_to(std::move(send_to)) {
  posix::set_nonblocking(m_from);
  posix::set_nonblocking(m_to);
}

std::size_t PipeStream::write_some(std::string_view first, std::string_view second) {
  const std::size_t whole = first.size() + second.size();
  std::size_t written = 0;
  while (written < whole) {
    const std::size_t of_first = std::min(written, first.size());
    const auto more = posix::write_two(m_to, first.substr(of_first), second.substr(written - of_first));
    if (more == posix::would_block) break;
    if (more == posix::broken) return whole;
    written += static_cast<std::size_t>(more);
  }
  return written;
}

std::size_t PipeStream::read_some(char* to, std::size_t size) {
  if (m_ended) return 0;
  const auto got = posix::read_some(m_from.get(), to, size);
  if (got == posix::would_block) return 0;
  if (got == 0) m_ended = true;
  return static_cast<std::size_t>(got);
}

}  // namespace spritefarm::ipc
