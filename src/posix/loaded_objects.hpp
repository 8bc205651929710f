#pragma once

#include <cstdint>
#include <optional>

namespace spritefarm::posix {

/// A place in the code of this process: the number of a loaded object (the program is the first, shared
/// libraries follow in the order in which they were loaded), and a distance from where it was loaded.
struct CodeLocation {
  std::uint32_t object = 0;
  std::uint64_t offset = 0;
};

/// The place of an address; none where it lies in no executable segment.
std::optional<CodeLocation> find_code(std::uintptr_t address);
/// The address of a place; none where there is no executable segment.
std::optional<std::uintptr_t> code_at(CodeLocation location);

}  // namespace spritefarm::posix
