#include "system/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

namespace spritefarm::system {

bool is_terminal(std::FILE* file) noexcept {
  const int fd = ::fileno(file);
  return fd >= 0 && ::isatty(fd) != 0;
}

TerminalSize terminal_size(std::FILE* file) noexcept {
  winsize size{};
  if (::ioctl(::fileno(file), TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
  return {size.ws_col, size.ws_row};
}

}  // namespace spritefarm::system
