#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::sprite {

/// A leaf of the `sprites` tree: its keys joined by dots, and its URL; an empty one where the record says
/// null.
struct SpriteLeaf {
  std::string key;
  std::string url;
};

/// What of a pokémon's record matters here.
struct Record {
  std::uint32_t id = 0;
  std::string name;
  std::vector<SpriteLeaf> sprites;  ///< in the document's order
};

/// Reads a record. An Error for anything that is not a whole record.
Result<Record> parse_record(const std::string& document);

}  // namespace spritefarm::sprite
