#pragma once

#include "posix/fd.hpp"

#include <cstddef>

namespace spritefarm::posix {

/// Owns a mapping of memory that processes share; zeroed when it is made. It has no name: it goes with the last process
/// that maps it. Its size is sealed, so that no process can take the memory away from under another. Move-only.
class SharedMemory {
 public:
  SharedMemory() = default;
  /// Throws std::system_error.
  explicit SharedMemory(std::size_t size);
  /// Maps memory that another process made, of which `size` bytes must be there. Throws std::system_error.
  SharedMemory(Fd fd, std::size_t size);
  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory& operator=(SharedMemory&& other) noexcept;
  ~SharedMemory();

  [[nodiscard]] void* data() const noexcept { return m_data; }
  /// What another process needs to map it too.
  [[nodiscard]] const Fd& fd() const noexcept { return m_fd; }

 private:
  void map(std::size_t size);

  Fd m_fd;
  void* m_data = nullptr;
  std::size_t m_size = 0;
};

}  // namespace spritefarm::posix
