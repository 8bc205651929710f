#include "posix/pipe.hpp"

#include "posix/check.hpp"

#include <fcntl.h>

namespace spritefarm::posix {

Pipe Pipe::make() {
  int ends[2];
  check(::pipe2(ends, O_CLOEXEC), "make a pipe");
  return {Fd(ends[0]), Fd(ends[1])};
}

void set_nonblocking(const Fd& fd) {
  const int flags = check(::fcntl(fd.get(), F_GETFL), "read a descriptor's flags");
  check(::fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK), "make a descriptor non-blocking");
}

}  // namespace spritefarm::posix
