#pragma once

/// Marks what libspritefarm-cluster uses of libspritefarm besides the public names, so that the shared
/// library exports it. These names may change with every version: the cluster library works with the
/// libspritefarm of its own version only. scripts/checks/install refuses the mark where it is not needed.
#define SPRITEFARM_CLUSTER_API [[gnu::visibility("default")]]
