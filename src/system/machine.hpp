#pragma once

#include <cstdint>
#include <string>

namespace spritefarm::system {

/// What programs run on, in words for people; empty what the system does not tell.
struct Machine {
  std::string processor;     ///< its model
  int processors = 0;        ///< on which this program may run
  std::uint64_t memory = 0;  ///< bytes
  std::string system;        ///< distribution and version
  std::string kernel;
};

Machine this_machine();

}  // namespace spritefarm::system
