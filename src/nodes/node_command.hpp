#pragma once

namespace spritefarm::nodes {

/// `spritefarm node`: runs calls of `spritefarm --cluster` until SIGTERM. Its result is the exit status of
/// the process. If this build has no cluster support, it says so.
int node_command(int argc, char** argv);

}  // namespace spritefarm::nodes
