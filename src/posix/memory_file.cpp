#include "posix/memory_file.hpp"

#include "posix/refused_call.hpp"

#include <fcntl.h>
#include <sys/mman.h>

#include <initializer_list>

namespace spritefarm::posix {
namespace {

int open_nameless_file() {
  for (const char* const directory : {"/dev/shm", "/tmp"})
    if (const int fd = ::open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600); fd >= 0) return fd;
  return -1;
}

}  // namespace

MemoryFile MemoryFile::make() {
  MemoryFile file{Fd(::memfd_create("spritefarm", MFD_CLOEXEC | MFD_ALLOW_SEALING)), true};
  const int error = errno;
  if (!file.fd && (error == EPERM || error == ENOSYS)) {
    file.fd.reset(open_nameless_file());
    file.can_be_sealed = false;
  }
  errno = error;
  check_permitted(file.fd.get(), "memfd_create");
  return file;
}

void MemoryFile::seal(int seals) const {
  if (can_be_sealed) check(::fcntl(fd.get(), F_ADD_SEALS, seals | F_SEAL_SEAL), "seal shared memory");
}

}  // namespace spritefarm::posix
