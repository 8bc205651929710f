#include "posix/mapping.hpp"

#include "posix/check.hpp"

#include <sys/mman.h>
#include <sys/stat.h>

#include <utility>

namespace spritefarm::posix {

Mapping::Mapping(const Fd& file, std::uint64_t offset, std::size_t size, Access access) {
  struct stat status {};
  check(::fstat(file.get(), &status), "check the size of shared memory");
  const auto end = static_cast<std::uint64_t>(status.st_size);
  if (offset > end || size > end - offset) {
    errno = EINVAL;
    throw_errno("shared memory is too small");
  }
  if (size == 0) return;
  const int protection = access == Access::read ? PROT_READ : PROT_READ | PROT_WRITE;
  void* const data = ::mmap(nullptr, size, protection, MAP_SHARED, file.get(), static_cast<off_t>(offset));
  if (data == MAP_FAILED) throw_errno("map shared memory");
  m_data = data;
  m_size = size;
}

Mapping::Mapping(Mapping&& other) noexcept
    : m_data(std::exchange(other.m_data, nullptr)), m_size(std::exchange(other.m_size, 0)) {}

Mapping& Mapping::operator=(Mapping&& other) noexcept {
  std::swap(m_data, other.m_data);
  std::swap(m_size, other.m_size);
  return *this;
}

Mapping::~Mapping() {
  if (m_data) ::munmap(m_data, m_size);
}

}  // namespace spritefarm::posix
