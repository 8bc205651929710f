#include "posix/vector_io.hpp"

#include "posix/check.hpp"

#include <sys/uio.h>

namespace spritefarm::posix {

ssize_t write_two(const Fd& to, std::string_view first, std::string_view second) {
  const iovec parts[] = {{const_cast<char*>(first.data()), first.size()},
                         {const_cast<char*>(second.data()), second.size()}};
  const ssize_t written = retry_on_signal([&] { return ::writev(to.get(), parts, 2); });
  if (written < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return would_block;
  if (written < 0 && errno == EPIPE) return broken;
  return check(written, "write to another process");
}

ssize_t read_some(int from, char* to, std::size_t size) {
  const ssize_t got = retry_on_signal([&] { return ::read(from, to, size); });
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return would_block;
  return check(got, "read from another process");
}

}  // namespace spritefarm::posix
