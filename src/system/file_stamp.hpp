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

/// Sets the modification time of an open file. False if the file system or its owner forbids it.
bool change_time(const posix::Fd& file, std::int64_t changed) noexcept;
/// The same for the file at `path` below `folder`, if its stamp is `expected`. Returns its stamp then; none
/// if it is altered or gone, or the time cannot be set.
std::optional<FileStamp> change_time(const Directory& folder, const std::string& path,
                                     const FileStamp& expected, std::int64_t changed);

/// The stamp of an open file. Throws std::system_error.
FileStamp stamp_of(const posix::Fd& file);
/// The stamp of the file at `path` below `folder`; none if stat fails or it is not a regular file.
std::optional<FileStamp> stamp_of(const Directory& folder, const std::string& path);

struct StampedFile {
  FileStamp stamp;  ///< taken before the content was read
  std::string bytes;
};

/// The file at `path` below `folder`; none if its size is not `size` or it cannot be read.
std::optional<StampedFile> read_file(const Directory& folder, const std::string& path, std::size_t size);

}  // namespace spritefarm::system
