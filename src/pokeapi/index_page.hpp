#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::pokeapi {

/// A pokémon as the index lists it.
struct IndexEntry {
  std::string name;
  std::uint32_t id = 0;  ///< the last part of the url's path
  std::string url;       ///< absolute
};

struct IndexPage {
  std::uint64_t count = 0;          ///< of the whole index
  std::optional<std::string> next;  ///< absolute URL of the following page
  std::vector<IndexEntry> entries;
};

/// Reads one page of the index that came from `url`, against which relative links are resolved. An Error for
/// anything that is not a whole index page.
Result<IndexPage> parse_index_page(const std::string& document, std::string_view url);

}  // namespace spritefarm::pokeapi
