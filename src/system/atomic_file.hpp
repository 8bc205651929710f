#pragma once

#include "system/directory.hpp"
#include "system/file_stamp.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace spritefarm::system {

/// Makes `name` in `folder` a file that holds `bytes`, whole or not at all: they are written to a temporary
/// file beside it (`.spritefarm-<16 hex digits>.part`), which then takes the name. What had the name before
/// is replaced, a symbolic link too, not what it points to. Throws std::system_error, and then nothing under
/// `name` has changed and the temporary file is gone.
///
/// Signals of this thread wait until it is done, so only SIGKILL or a crash can leave a temporary file
/// behind; who writes one holds a lock on it (flock), so a later run can tell: see remove_abandoned_files(). There is no
/// fsync: after a power cut a file may be empty, and to have the same sprite again costs less than to wait for the disk a thousand times.
FileStamp replace_file(const Directory& folder, const std::string& name, std::string_view bytes);

/// Removes the temporary files that a killed process has left in `folder` and in those below it, down to `depth` levels;
/// not those that another process is writing at this moment. Returns how many; what it may not look at, it leaves.
std::size_t remove_abandoned_files(const Directory& folder, int depth);

/// Writes and removes a small file, to learn whether `folder` can be used. Throws as replace_file() does.
void probe_writing(const Directory& folder);

}  // namespace spritefarm::system
