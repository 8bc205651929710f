#include "system/standard_files.hpp"

#include "posix/fd.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace spritefarm::system {

void own_standard_files() noexcept {
  const posix::Fd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  // Without O_NONBLOCK, opening a pipe that nobody reads would wait.
  posix::Fd error(::open("/proc/self/fd/2", O_WRONLY | O_APPEND | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  if (error && ::fcntl(error.get(), F_SETFL, O_APPEND) < 0) error = {};
  if (nothing)
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO}) ::dup2(nothing.get(), fd);
  if (error || nothing) ::dup2((error ? error : nothing).get(), STDERR_FILENO);
}

}  // namespace spritefarm::system
