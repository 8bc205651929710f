#pragma once

#include "system/directory.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace spritefarm::system {

/// The size and modification time of a file. Comparing stamps shows whether the file has changed, without
/// reading it.
struct FileStamp {
  std::uint64_t size = 0;
  std::int64_t changed = 0;  ///< nanoseconds since the epoch (st_mtim)

  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

/// The stamp of an open file. Throws std::system_error.
FileStamp stamp_of(const posix::Fd& file);
/// The stamp of the file at `path` below `folder`; none if stat fails or it is not a regular file.
std::optional<FileStamp> stamp_of(const Directory& folder, const std::string& path);

/// The content of the file at `path` below `folder`; none if its size is not `size` or it cannot be read.
std::optional<std::string> read_file(const Directory& folder, const std::string& path, std::size_t size);

}  // namespace spritefarm::system
