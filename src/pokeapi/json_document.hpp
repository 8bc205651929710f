#pragma once

#include "base/result.hpp"

#include <simdjson.h>

#include <string>

namespace spritefarm::pokeapi {

/// The root object of a whole, well-formed JSON document. Parsed by simdjson's DOM, whose on-demand interface
/// takes some truncated documents for whole ones. Valid until this thread's next call: one parser to a
/// thread, its memory used again. An Error says what is wrong with the document. One
/// whose capacity is 64 bytes beyond its size is not copied.
Result<simdjson::dom::object> parse_json_object(const std::string& document);

}  // namespace spritefarm::pokeapi
