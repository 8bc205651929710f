#pragma once

#include "farm/run_cluster.hpp"

#include <memory>

namespace spritefarm::nodes {

/// A farm::ConnectCluster, or null if this build has no cluster support.
farm::ConnectCluster connect_cluster();

}  // namespace spritefarm::nodes
