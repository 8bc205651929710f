#pragma once

#include "mirror/catalogue.hpp"
#include "mirror/fault_plan.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace spritefarm::mirror {

struct MirrorOptions {
  std::uint16_t port = 0;                     ///< 0: a free port
  std::string root;                           ///< folder to serve; empty: invented data
  std::size_t count = Catalogue::real_count;  ///< number of pokémon in the invented data
  std::chrono::milliseconds latency{0};       ///< before each response
  std::vector<FaultShare> faults;
  std::uint64_t seed = 1;  ///< of the faults
};

}  // namespace spritefarm::mirror
