#pragma once

#include "base/result.hpp"

#include <simdjson.h>

#include <string>

namespace spritefarm::pokeapi {

/// Parses a JSON document and returns its root object, which is valid until the next call in this thread:
/// each thread reuses one parser. Uses the DOM interface of simdjson, because its on-demand interface accepts
/// some truncated documents. Skips a byte order mark. Does not copy a document whose capacity is 64 bytes
/// larger than its size. Fails for any document that is not one complete JSON object. Throws std::bad_alloc.
Result<simdjson::dom::object> parse_json_object(const std::string& document);

}  // namespace spritefarm::pokeapi
