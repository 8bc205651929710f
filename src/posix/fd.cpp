#include "posix/fd.hpp"

#include "posix/check.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>

#include <cerrno>

namespace spritefarm::posix {

Fd Fd::duplicate() const {
  return Fd(check(::fcntl(m_fd, F_DUPFD_CLOEXEC, 0), "duplicate a descriptor"));
}

bool has_free_descriptor() noexcept {
  const Fd free(::eventfd(0, EFD_CLOEXEC));
  return free || (errno != EMFILE && errno != ENFILE);
}

}  // namespace spritefarm::posix
