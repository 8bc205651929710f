#pragma once

#include "posix/fd.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace spritefarm::posix {

/// A file in memory that one process writes and others map. Bytes take memory from write() to discard(),
/// whatever their offset. Move-only. Any thread.
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
  /// The number of bytes that take memory, at least. 0 if the system cannot tell.
  [[nodiscard]] std::uint64_t memory() const noexcept;
  /// True if no process can shrink the file: a view then stays readable.
  [[nodiscard]] bool is_sealed() const noexcept;
  [[nodiscard]] const Fd& fd() const noexcept { return m_fd; }
  /// A descriptor that reads the file. By it nobody can write, where there is a /proc. Throws
  /// std::system_error.
  [[nodiscard]] Fd reader() const;

 private:
  Fd m_fd;
};

/// Some bytes of a SharedFile, in a process that reads them. The next discard() may change them. Move-only.
class FileView {
 public:
  FileView() = default;
  /// Maps `size` bytes at `offset`, a multiple of the size of a page. Throws std::system_error, also if the
  /// file has fewer.
  FileView(const Fd& file, std::uint64_t offset, std::size_t size);
  FileView(FileView&& other) noexcept;
  FileView& operator=(FileView&& other) noexcept;
  ~FileView();

  [[nodiscard]] std::string_view bytes() const noexcept { return {static_cast<const char*>(m_data), m_size}; }

 private:
  void* m_data = nullptr;
  std::size_t m_size = 0;
};

}  // namespace spritefarm::posix
