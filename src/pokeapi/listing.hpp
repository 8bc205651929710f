#pragma once

#include "base/result.hpp"
#include "pokeapi/index_page.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace spritefarm::pokeapi {

/// The documents of the API that list pokémon.
enum class Listing : std::uint8_t {
  index,       ///< a page of the index
  type,        ///< the pokémon of a type
  generation,  ///< the species of a generation, each as its default form
  species,     ///< the default form of a species
};

/// Parses the document of a kind at `url`. All but a page of the index have no next page. Fails for any other
/// document.
Result<IndexPage> parse_listing(Listing kind, const std::string& document, std::string_view url);

/// The page as a document of its own: parse_index_page() returns it again. It has nothing else of the
/// original, and no relative URL.
std::string encode_index_page(const IndexPage& page);

}  // namespace spritefarm::pokeapi
