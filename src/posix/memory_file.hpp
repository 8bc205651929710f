#pragma once

#include "posix/fd.hpp"

namespace spritefarm::posix {

/// A file in memory without a name. It is freed with its last descriptor and mapping.
struct MemoryFile {
  Fd fd;
  bool can_be_sealed = true;  // false on a system that refuses memfd_create

  /// Creates an empty one. Throws std::system_error.
  static MemoryFile make();
  /// Forbids for ever what the seals say (F_SEAL_SHRINK, …), if it can be sealed. Throws std::system_error.
  void seal(int seals) const;
};

}  // namespace spritefarm::posix
