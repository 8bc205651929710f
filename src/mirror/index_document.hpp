#pragma once

#include "mirror/catalogue.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace spritefarm::mirror {

/// Which part of the index is asked for.
struct PageRequest {
  std::int64_t offset = 0;
  std::int64_t limit = 20;
};

/// From a URL's query ("limit=100&offset=20"), read as the PokéAPI's server does in JavaScript:
/// `parseInt(query.limit) || 20`, so what is no number, and 0, is the default.
PageRequest parse_page_request(std::string_view query);

/// A page of /api/v2/pokemon as the PokéAPI writes it: `next` and `previous` without a slash before the `?`,
/// items' URLs with one at their end, a last page whose limit is what is left.
std::string index_document(const Catalogue& catalogue, PageRequest page, std::string_view origin);

}  // namespace spritefarm::mirror
