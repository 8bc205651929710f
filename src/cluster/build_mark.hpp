#pragma once

#include <string>

namespace spritefarm::cluster {

/// Changes with every change of a message, of a queue's arguments, or of their meaning.
inline constexpr int wire_version = 2;

/// What identifies the build of the running program: 16 hexadecimal digits. Equal marks mean that a function
/// has the same number and the same place in both programs, and that values have the same encoding. It is
/// part of the names of the queues, so a node of another build never sees a call. Hashes the GNU build id, or
/// the file of the program if it has none, the build ids of our libraries if they are shared libraries, the
/// function table, the size of a pointer and wire_version. Throws std::runtime_error if one of these
/// libraries has no build id, or if the program has none and its file cannot be read.
std::string build_mark();

}  // namespace spritefarm::cluster
