#pragma once

#include <string_view>

namespace spritefarm::mirror {

/// The names of all pokémon as the PokéAPI spells them, in the order of its index, with one space between
/// two. Their ids are 1 to 1025, then 10001 to 10326.
std::string_view pokemon_names() noexcept;

}  // namespace spritefarm::mirror
