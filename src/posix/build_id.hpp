#pragma once

#include <string>

namespace spritefarm::posix {

/// The GNU build id of the running program, as bytes: the linker derives it from what it has linked, and
/// strip(1) keeps it. Empty if the program has none.
std::string build_id();

}  // namespace spritefarm::posix
