#pragma once

#include "mirror/catalogue.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace spritefarm::mirror {

/// The requested part of the index.
struct PageRequest {
  std::int64_t offset = 0;
  std::int64_t limit = 20;
};

/// Parses the query of a URL ("limit=100&offset=20") as the server of the PokéAPI does in JavaScript:
/// `parseInt(query.limit) || 20`. Not a number and 0 mean the default.
PageRequest parse_page_request(std::string_view query);

/// A page of /api/v2/pokemon, as the PokéAPI writes it: `next` and `previous` have no slash before the `?`,
/// the URLs of items end with a slash, and the limit in the URL of the last page is the number of remaining
/// items.
std::string index_document(const Catalogue& catalogue, PageRequest page, std::string_view origin);

}  // namespace spritefarm::mirror
