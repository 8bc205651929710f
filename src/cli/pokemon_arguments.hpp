#pragma once

#include "base/result.hpp"

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::cli {

/// The names and ids in a list that a user wrote: separated by commas or spaces; ranges of ids (1-151) become
/// their ids. Fails for a text that is no name, id or range, and for an option.
Result<std::vector<std::string>> parse_name_list(std::string_view list);

/// The pokémon that the arguments POKEMON... name, in order. '-' stands for the names in `input`, where '#'
/// begins a comment. Fails as parse_name_list(), and for a word that is, or is almost, a command of this
/// program: it must not be asked of a server.
Result<std::vector<std::string>> pokemon_arguments(const std::vector<std::string>& arguments,
                                                   std::istream* input);

}  // namespace spritefarm::cli
