#pragma once

#include "base/cluster_api.hpp"

#include <string>

namespace spritefarm::posix {

/// The GNU build id of the running program, as bytes: the linker derives it from what it has linked, and
/// strip(1) keeps it. Empty if the program has none.
SPRITEFARM_CLUSTER_API std::string build_id();
/// The same of the loaded object, the program or a shared library, that has this address.
SPRITEFARM_CLUSTER_API std::string build_id_of(const void* address);
/// The same of the loaded object that has this library: the program, unless it is linked as shared library.
SPRITEFARM_CLUSTER_API std::string build_id_of_library();

}  // namespace spritefarm::posix
