#pragma once

#include "base/result.hpp"
#include "pokeapi/index_page.hpp"

#include <string>
#include <string_view>

namespace spritefarm::pokeapi {

/// The entry for a pokémon that the user gave by name or id; the other of the two is empty or 0. Fails if the
/// text is not valid as either.
Result<IndexEntry> named_pokemon(std::string_view name_or_id, std::string_view base_url);

/// The URL of the species that has the name in the URL of a record.
std::string species_url(const std::string& record_url);

}  // namespace spritefarm::pokeapi
