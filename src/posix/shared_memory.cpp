#include "posix/shared_memory.hpp"

#include "posix/check.hpp"
#include "posix/memory_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

namespace spritefarm::posix {

SharedMemory::SharedMemory(std::size_t size) {
  MemoryFile file = MemoryFile::make();
  check(::ftruncate(file.fd.get(), static_cast<off_t>(size)), "size shared memory");
  file.seal(F_SEAL_SHRINK | F_SEAL_GROW);
  *this = SharedMemory(std::move(file.fd), size);
}

SharedMemory::SharedMemory(Fd fd, std::size_t size)
    : m_fd(std::move(fd)), m_mapping(m_fd, 0, size, Mapping::Access::read_write) {}

}  // namespace spritefarm::posix
