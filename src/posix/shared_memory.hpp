#pragma once

#include "posix/fd.hpp"
#include "posix/mapping.hpp"

#include <cstddef>

namespace spritefarm::posix {

/// Owns a mapping of memory that processes share. New memory is zeroed. The memory has no name and is freed
/// with its last mapping. Its size is sealed, so no process can shrink it while another uses it. Move-only.
class SharedMemory {
 public:
  SharedMemory() = default;
  /// Creates memory of `size` bytes. Throws std::system_error.
  explicit SharedMemory(std::size_t size);
  /// Maps `size` bytes of memory that another process created. Throws std::system_error, also if it is
  /// smaller.
  SharedMemory(Fd fd, std::size_t size);

  [[nodiscard]] void* data() const noexcept { return m_mapping.data(); }
  /// The descriptor by which another process can map the memory.
  [[nodiscard]] const Fd& fd() const noexcept { return m_fd; }

 private:
  Fd m_fd;
  Mapping m_mapping;
};

}  // namespace spritefarm::posix
