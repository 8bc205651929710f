#include "farm/farm_command.hpp"

int main(int argc, char** argv) {
  return spritefarm::farm::spritefarm_command(argc, argv, {});
}
