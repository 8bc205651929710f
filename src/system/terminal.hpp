#pragma once

#include <cstdio>

namespace spritefarm::system {

/// Whether `file` is a terminal.
bool is_terminal(std::FILE* file) noexcept;

struct TerminalSize {
  int columns = 80;
  int rows = 24;
};
/// The current size of the terminal; 80 x 24 if it is unknown.
TerminalSize terminal_size(std::FILE* file) noexcept;

}  // namespace spritefarm::system
