#pragma once

#include <cstdio>

namespace spritefarm::posix {

/// Whether somebody looks at what is written there.
bool is_terminal(std::FILE* file) noexcept;

}  // namespace spritefarm::posix
