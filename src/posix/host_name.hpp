#pragma once

#include <string>

namespace spritefarm::posix {

/// The name of this machine, as gethostname(2) tells it. Empty if it fails.
std::string host_name();

}  // namespace spritefarm::posix
