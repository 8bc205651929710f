#pragma once

#include "mirror/seeded_random.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::mirror {

/// The names of the types; the id of each is its position, from 1.
inline constexpr std::array<std::string_view, 18> type_names{
    "normal", "fighting", "flying", "poison",   "ground",  "rock", "bug",    "ghost", "steel",
    "fire",   "water",    "grass",  "electric", "psychic", "ice",  "dragon", "dark",  "fairy"};

/// The positions in type_names of a pokémon's types: one or two, invented.
inline std::vector<std::size_t> types_of(std::uint32_t id) {
  SeededRandom random("types " + std::to_string(id));
  const std::size_t first = random.below(static_cast<unsigned>(type_names.size()));
  if (id % 2 == 0) return {first};
  return {first, (first + 5) % type_names.size()};
}

}  // namespace spritefarm::mirror
