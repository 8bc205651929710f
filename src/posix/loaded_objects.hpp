#pragma once

#include <cstdint>
#include <optional>

namespace spritefarm::posix {

/// A location in the code of this process, the same in every process of one binary.
struct CodeLocation {
  std::uint32_t object = 0;  ///< 0: the program; then the shared libraries in the order of their loading
  std::uint64_t offset = 0;  ///< from the load address of the object
};

/// The location of an address. None if it is not in an executable segment.
std::optional<CodeLocation> find_code(std::uintptr_t address);
/// The address of a location. None if there is no executable segment.
std::optional<std::uintptr_t> code_at(CodeLocation location);

}  // namespace spritefarm::posix
