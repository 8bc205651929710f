#pragma once

#include "base/result.hpp"
#include "pokeapi/index_page.hpp"

#include <string_view>

namespace spritefarm::pokeapi {

/// The pokémon that the user gave by name or id: of the two, it has the one that was given. An Error for what can be
/// neither.
Result<IndexEntry> named_pokemon(std::string_view name_or_id, std::string_view base_url);

}  // namespace spritefarm::pokeapi
