#pragma once

namespace spritefarm::system {

bool has_seccomp() noexcept;

/// The part of confine() that concerns system calls: allows this process those that fetching and writing
/// files needs, and refuses the others by EPERM, or kills it. Throws std::system_error.
void allow_needed_calls(bool kills);

}  // namespace spritefarm::system
