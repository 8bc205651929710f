#include "system/process_setup.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>

namespace spritefarm::system {
namespace {

void open_standard_descriptors() noexcept {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest free descriptor is `fd`. A root directory without /dev/null is itself a place holder.
    if (::open("/dev/null", O_RDWR) < 0) (void)::open("/", O_RDONLY);
  }
}

}  // namespace

void set_up_process() noexcept {
  open_standard_descriptors();
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);
}

}  // namespace spritefarm::system
