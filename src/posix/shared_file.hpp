#pragma once

#include "posix/fd.hpp"

#include <cstdint>
#include <string_view>
#include <utility>

namespace spritefarm::posix {

/// A file in memory that one process writes and others map (Mapping). Bytes take memory from write() to
/// discard(), whatever their offset. discard() changes what others see. Move-only. Any thread.
class SharedFile {
 public:
  /// Creates one. Throws std::system_error.
  SharedFile();
  /// Opens one that another process has created.
  explicit SharedFile(Fd fd) noexcept : m_fd(std::move(fd)) {}
  /// False while this process has a limit for the size of its files: write() would end it by a signal.
  [[nodiscard]] static bool can_write() noexcept;

  /// Writes all bytes at an offset. Throws std::system_error, as when there is no memory.
  void write(std::uint64_t offset, std::string_view bytes);
  /// Frees the memory of these bytes and of the pages around them.
  void discard(std::uint64_t offset, std::uint64_t size) noexcept;
  /// How many bytes of memory the file takes. 0 if the system cannot tell.
  [[nodiscard]] std::uint64_t memory() const noexcept;
  /// True if no process can shrink the file: a mapping then stays readable.
  [[nodiscard]] bool is_sealed() const noexcept;
  [[nodiscard]] const Fd& fd() const noexcept { return m_fd; }
  /// A descriptor that reads the file. By it nobody can write, where there is a /proc. Throws
  /// std::system_error.
  [[nodiscard]] Fd reader() const;

 private:
  Fd m_fd;
};

}  // namespace spritefarm::posix
