#include "posix/terminal.hpp"

#include <unistd.h>

namespace spritefarm::posix {

bool is_terminal(std::FILE* file) noexcept {
  const int fd = ::fileno(file);
  return fd >= 0 && ::isatty(fd) != 0;
}

}  // namespace spritefarm::posix
