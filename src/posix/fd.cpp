#include "posix/fd.hpp"

#include "posix/check.hpp"

#include <fcntl.h>

namespace spritefarm::posix {

Fd Fd::duplicate() const {
  return Fd(check(::fcntl(m_fd, F_DUPFD_CLOEXEC, 0), "duplicate a descriptor"));
}

}  // namespace spritefarm::posix
