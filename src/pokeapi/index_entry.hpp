#pragma once

#include "base/result.hpp"
#include "pokeapi/index_page.hpp"

#include <simdjson.h>

#include <string>

namespace spritefarm::pokeapi {

/// Parses a list of `{"name": …, "url": …}` from the document at `base`, which is the base of relative URLs.
/// `key`: if not empty, each item holds its entry under this key. An item that is no such entry becomes a
/// faulty one. Fails if all are faulty: then it is another kind of list.
Result<std::vector<IndexEntry>> parse_entries(simdjson::dom::array items, std::string_view key,
                                              const std::string& base);

}  // namespace spritefarm::pokeapi
