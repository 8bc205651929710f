#pragma once

#include "system/directory.hpp"
#include "system/file_stamp.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spritefarm::system {

struct FileAttributes {
  unsigned mode = 0666;                   ///< the umask applies
  std::optional<std::int64_t> changed{};  ///< modification time, as in FileStamp; none: now
};

/// Replaces the file `name` in `folder` by one that holds `bytes`, atomically: writes a temporary file in the
/// same directory (`.spritefarm-<16 hex digits>.part`), then renames it. A symbolic link called `name` is
/// itself replaced; its target is not touched. Throws std::system_error; `name` is then unchanged and the
/// temporary file is removed.
///
/// Blocks the signals of the calling thread until it returns, so only SIGKILL or a crash can leave a
/// temporary file behind. The writer holds a lock (flock) on its temporary file, so that a later run can
/// recognise an abandoned one: see remove_abandoned_files(). A file system that cannot set the
/// modification time keeps its own. Does not call fsync: a file may be empty after a
/// power failure. Downloading one sprite again costs less than a thousand waits for the disk.
FileStamp replace_file(const Directory& folder, const std::string& name, std::string_view bytes,
                       FileAttributes attributes = {});

/// Removes the temporary files of killed processes from `folder` and its subdirectories, `depth` levels deep.
/// Keeps those that a running process holds locked. Skips files and directories that it may not open. Returns
/// the number of files removed.
std::size_t remove_abandoned_files(const Directory& folder, int depth);

/// Checks that `folder` is writable: writes a small file and removes it. Throws as replace_file() does.
void probe_writing(const Directory& folder);

}  // namespace spritefarm::system
