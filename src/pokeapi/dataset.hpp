#pragma once

#include "base/result.hpp"

#include <string>

namespace spritefarm::pokeapi {

/// The hash in the API's `meta/` document. It changes whenever any record changes. Fails for a document
/// without it.
Result<std::string> parse_dataset_hash(const std::string& document);

}  // namespace spritefarm::pokeapi
