#pragma once

#include "posix/directory.hpp"

#include <string>
#include <string_view>

namespace spritefarm::posix {

/// Makes `name` in `folder` a file that holds `bytes`, whole or not at all: they are written to a temporary
/// file beside it (`.spritefarm-<16 hex digits>.part`), which then takes the name. What had the name before
/// is replaced, a symbolic link too, not what it points to. Throws std::system_error, and then nothing under
/// `name` has changed and the temporary file is gone.
///
/// Signals of this thread wait until it is done, so only SIGKILL or a crash can leave a temporary file
/// behind; its name tells a later run that it may be removed. There is no fsync: after a power cut a file may
/// be empty, and to have the same sprite again costs less than to wait for the disk a thousand times.
void replace_file(const Directory& folder, const std::string& name, std::string_view bytes);

/// Waits for the replace_file() calls of this process that are under way and lets no other begin, so that the
/// process may then exit although its threads still run.
void end_file_replacement();

/// Writes and removes a small file, to learn whether `folder` can be used. Throws as replace_file() does.
void probe_writing(const Directory& folder);

}  // namespace spritefarm::posix
