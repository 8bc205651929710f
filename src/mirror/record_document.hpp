#pragma once

#include "mirror/catalogue.hpp"

#include <string>
#include <string_view>

namespace spritefarm::mirror {

/// The document of one pokémon, minified, with its keys in the PokéAPI's order and in its sizes: 5 to 660 KB,
/// half of them above 100 KB, nearly all of it a list of moves, `sprites` near the end. What is in the lists
/// is made up; the same for the same pokémon and origin ("http://host:port", before every URL).
std::string record_document(const Pokemon& pokemon, std::string_view origin);

}  // namespace spritefarm::mirror
