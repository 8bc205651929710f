#pragma once

#include "posix/fd.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace spritefarm::system {

/// An open directory, below which files and folders are reached by name without ever following a symbolic
/// link out of it. Move-only. All members throw std::system_error, whose text says what was refused.
class Directory {
 public:
  /// The directory at `path`, which is the user's own: links in it are followed. It must exist.
  static Directory open(const std::string& path);
  /// The same; what of `path` does not exist is made first, as `mkdir -p` does.
  static Directory make(const std::string& path);

  /// The folder at `relative` ("a/b", or "" for this one), made where it does not exist. A part of it that is
  /// a symbolic link is refused, so a link that someone put there cannot lead elsewhere.
  [[nodiscard]] Directory make_below(std::string_view relative) const;

  [[nodiscard]] int fd() const noexcept { return m_fd.get(); }

 private:
  explicit Directory(posix::Fd fd) : m_fd(std::move(fd)) {}
  posix::Fd m_fd;
};

}  // namespace spritefarm::system
