#pragma once

#include <cstdio>

namespace spritefarm::system {

/// Whether somebody looks at what is written there.
bool is_terminal(std::FILE* file) noexcept;

struct TerminalSize {
  int columns = 80;
  int rows = 24;
};
/// Of the terminal behind it, as it is now; the usual size where it does not tell.
TerminalSize terminal_size(std::FILE* file) noexcept;

}  // namespace spritefarm::system
