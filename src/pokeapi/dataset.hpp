#pragma once

#include "base/result.hpp"

#include <string>

namespace spritefarm::pokeapi {

/// The hash in the API's `meta/` document, which is another one as soon as any of its records is. An Error for anything
/// that has none.
Result<std::string> parse_dataset_hash(const std::string& document);

}  // namespace spritefarm::pokeapi
