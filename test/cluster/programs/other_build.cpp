// A node of another build than that of the cluster tests.
#include <spritefarm/cluster.hpp>

int main(int argc, char** argv) {
  return spritefarm::node_main(argc, argv).value_or(2);
}
