#pragma once

#include <cstdint>
#include <string>

namespace spritefarm::system {

/// A description of this machine for a report. A member is empty or 0 if the system does not tell it.
struct Machine {
  std::string processor;     ///< CPU model
  int processors = 0;        ///< the number of CPUs on which this process may run
  std::uint64_t memory = 0;  ///< bytes
  std::string system;        ///< distribution and version
  std::string kernel;
};

Machine this_machine();

}  // namespace spritefarm::system
