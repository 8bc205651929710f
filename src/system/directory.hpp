#pragma once

#include "posix/fd.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace spritefarm::system {

/// An open directory. Callers reach files below it relative to fd(), with openat(2) and the like.
/// make_below() follows no symbolic link. Move-only. All members throw std::system_error, whose text names
/// the path.
class Directory {
 public:
  /// Opens an existing directory. Follows symbolic links in `path`: the user chose it.
  static Directory open(const std::string& path);
  /// The same, but first creates the missing directories of `path`, as `mkdir -p` does.
  static Directory make(const std::string& path);

  /// Opens the directory at `relative` ("a/b", or "" for this one) and creates it if it is missing. Throws if
  /// any part of `relative` is a symbolic link, so that a planted link cannot lead elsewhere.
  [[nodiscard]] Directory make_below(std::string_view relative) const;

  [[nodiscard]] int fd() const noexcept { return m_fd.get(); }

 private:
  explicit Directory(posix::Fd fd) : m_fd(std::move(fd)) {}
  posix::Fd m_fd;
};

}  // namespace spritefarm::system
