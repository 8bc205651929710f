#pragma once

#include "system/directory.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace spritefarm::system {

/// What shows, without reading it, that a file is still the one that was written: its size, and the time of its last
/// change in nanoseconds since the epoch.
struct FileStamp {
  std::uint64_t size = 0;
  std::int64_t changed = 0;

  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

/// Of the open file. Throws std::system_error.
FileStamp stamp_of(const posix::Fd& file);
/// Of the file at `path` below `folder`; none where there is no regular file that can be looked at.
std::optional<FileStamp> stamp_of(const Directory& folder, const std::string& path);

/// The bytes of the regular file at `path` below `folder`, if there are just `size` of them; none where they cannot be
/// read.
std::optional<std::string> read_file(const Directory& folder, const std::string& path, std::size_t size);

}  // namespace spritefarm::system
