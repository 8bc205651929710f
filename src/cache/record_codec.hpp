#pragma once

#include "pokeapi/record.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace spritefarm::cache {

/// Encodes a record compactly for the ledger: id, name, and the key and URL of each leaf, without the prefix
/// that they share with the previous leaf. A record of 100 KB becomes about 3 KB.
///
///     record = number(id) text(name) leaf*          leaf = shared(key) shared(url)
///     shared = number(length of the common prefix) text(the rest)
///     text   = number(length) bytes                 number = unsigned LEB128
std::string encode_record(const pokeapi::Record& record);

/// Decodes a record. None if the bytes are malformed or the record exceeds Record::max_bytes.
std::optional<pokeapi::Record> decode_record(std::string_view encoded);

}  // namespace spritefarm::cache
