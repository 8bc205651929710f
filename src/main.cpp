#include "bench/bench_command.hpp"
#include "farm/farm_command.hpp"
#include "mirror/demo_mirror.hpp"
#include "mirror/mirror_command.hpp"
#include "nodes/farm_cluster.hpp"
#include "nodes/node_command.hpp"

int main(int argc, char** argv) {
  return spritefarm::farm::spritefarm_command(
      argc, argv,
      {.commands = {{"bench", spritefarm::bench::bench_command(spritefarm::mirror::start_demo_mirror)},
                    {"mirror", spritefarm::mirror::mirror_command},
                    {"node", spritefarm::nodes::node_command}},
       .start_mirror = spritefarm::mirror::start_demo_mirror,
       .connect_cluster = spritefarm::nodes::connect_cluster()});
}
