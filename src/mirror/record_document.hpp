#pragma once

#include "mirror/catalogue.hpp"

#include <string>
#include <string_view>

namespace spritefarm::mirror {

/// The record of one pokémon as minified JSON. Keys have the order and documents the sizes of the PokéAPI: 5
/// to 660 KB, half of them above 100 KB, mostly a list of moves, with `sprites` near the end. The contents of
/// the lists are invented, but deterministic. `origin` ("http://host:port") is the prefix of all URLs.
std::string record_document(const Pokemon& pokemon, std::string_view origin);

}  // namespace spritefarm::mirror
