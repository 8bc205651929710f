#pragma once

#include "pokeapi/record.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace spritefarm::cache {

/// A record in few bytes, for the ledger: id, name, and each leaf's key and URL less what they share with those of the
/// leaf before. A record of 100 KB becomes about 3 KB.
///
///     record = number(id) text(name) leaf*          leaf = shared(key) shared(url)
///     shared = number(bytes in common with the one before) text(the rest)
///     text   = number(bytes) bytes                  number = seven bits to a byte, the lowest first, the eighth: more come
std::string encode_record(const pokeapi::Record& record);

/// None for bytes that encode_record() has not made, and for a record that is larger than any may be.
std::optional<pokeapi::Record> decode_record(std::string_view packed);

}  // namespace spritefarm::cache
