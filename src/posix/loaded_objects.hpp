#pragma once

#include <cstdint>
#include <optional>
#include <string>

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

/// The file name of a loaded object, without its folder. Empty for the program and for unknown numbers.
std::string object_name(std::uint32_t object);

/// True while the calling thread runs a constructor that the dynamic linker or the start of the program
/// calls: before main(), or within dlopen(). So other objects of that program or library may not exist yet.
bool runs_constructor_of_object();

}  // namespace spritefarm::posix
