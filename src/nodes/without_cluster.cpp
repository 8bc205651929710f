// What this layer is if librabbitmq is not installed: see the Makefile.
#include "cli/exit_status.hpp"
#include "cli/messages.hpp"
#include "nodes/farm_cluster.hpp"
#include "nodes/node_command.hpp"

namespace spritefarm::nodes {

farm::ConnectCluster connect_cluster() {
  return nullptr;
}

int node_command(int, char**) {
  cli::Messages(cli::Verbosity::normal).error(farm::no_cluster_support);
  return cli::usage_error;
}

}  // namespace spritefarm::nodes
