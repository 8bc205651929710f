#pragma once

#include <string_view>

namespace spritefarm::mirror {

/// The names of all pokémon in the spelling and order of the PokéAPI's index, separated by single spaces.
/// Their ids are 1 to 1025, then 10001 to 10326.
std::string_view pokemon_names() noexcept;

}  // namespace spritefarm::mirror
