#pragma once

#include "base/cluster_api.hpp"

#include <string>

namespace spritefarm::posix {

/// The name of this machine, as gethostname(2) tells it. Empty if it fails.
SPRITEFARM_CLUSTER_API std::string host_name();

}  // namespace spritefarm::posix
