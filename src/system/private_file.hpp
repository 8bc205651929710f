#pragma once

#include "posix/fd.hpp"

#include <cstddef>
#include <string>
#include <system_error>

namespace spritefarm::system {

/// A file that only its owner may read, open for reading and writing. SQLite takes the mode of its log files
/// from it. Close it before SQLite opens the file: closing any descriptor of a file releases the process's
/// locks (fcntl).
class PrivateFile {
 public:
  /// Creates the file with mode 600 if it is missing. Does not follow a symbolic link. Throws
  /// std::system_error, also if it is no regular file.
  explicit PrivateFile(const std::string& path);

  /// Removes the permissions of group and others, if the file system has permissions.
  void restrict_mode() const noexcept;
  /// The first `max` bytes, or all. Throws std::system_error.
  [[nodiscard]] std::string read(std::size_t max) const;
  /// Why no lock (fcntl) can be had here; no error if it can, or if another process has it.
  [[nodiscard]] std::error_code lock_error() const;

 private:
  posix::Fd m_fd;
};

/// Removes the permissions of group and others from the file at `path`, if it is there.
void restrict_mode(const std::string& path) noexcept;

}  // namespace spritefarm::system
