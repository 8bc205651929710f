#include "posix/shared_memory.hpp"

#include "posix/check.hpp"
#include "posix/memory_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <utility>

namespace spritefarm::posix {

SharedMemory::SharedMemory(std::size_t size) {
  MemoryFile file = MemoryFile::make();
  m_fd = std::move(file.fd);
  check(::ftruncate(m_fd.get(), static_cast<off_t>(size)), "size shared memory");
  if (file.can_be_sealed)
    check(::fcntl(m_fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL), "seal shared memory");
  map(size);
}

SharedMemory::SharedMemory(Fd fd, std::size_t size) : m_fd(std::move(fd)) {
  struct stat status {};
  check(::fstat(m_fd.get(), &status), "check the size of shared memory");
  if (status.st_size < static_cast<off_t>(size)) {
    errno = EINVAL;
    throw_errno("shared memory is too small");
  }
  map(size);
}

void SharedMemory::map(std::size_t size) {
  void* const data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, m_fd.get(), 0);
  if (data == MAP_FAILED) throw_errno("map shared memory");
  m_data = data;
  m_size = size;
}

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : m_fd(std::move(other.m_fd)), m_data(std::exchange(other.m_data, nullptr)), m_size(other.m_size) {}

SharedMemory& SharedMemory::operator=(SharedMemory&& other) noexcept {
  std::swap(m_fd, other.m_fd);
  std::swap(m_data, other.m_data);
  std::swap(m_size, other.m_size);
  return *this;
}

SharedMemory::~SharedMemory() {
  if (m_data) ::munmap(m_data, m_size);
}

}  // namespace spritefarm::posix
