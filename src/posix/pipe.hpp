#pragma once

#include "posix/fd.hpp"

namespace spritefarm::posix {

/// Both ends of a pipe, with close-on-exec.
struct Pipe {
  Fd read_end;
  Fd write_end;

  /// Throws std::system_error.
  static Pipe make();
};

/// Throws std::system_error.
void set_nonblocking(const Fd& fd);

}  // namespace spritefarm::posix
