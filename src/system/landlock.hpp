#pragma once

#include "system/sandbox.hpp"

namespace spritefarm::system {

/// The version of the kernel's Landlock ABI; 0 without Landlock.
int landlock_version() noexcept;

/// The part of confine() that concerns files, ports, signals and abstract sockets. Needs no_new_privs. Throws
/// std::system_error.
void restrict_by_landlock(const SandboxRules& rules, int version);

}  // namespace spritefarm::system
