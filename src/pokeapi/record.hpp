#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::pokeapi {

/// A leaf of the `sprites` tree: its keys joined by dots, and its URL; an empty one where the record says
/// null.
struct SpriteLeaf {
  std::string key;
  std::string url;

  friend bool operator==(const SpriteLeaf&, const SpriteLeaf&) = default;
};

/// What it takes in memory.
inline std::size_t bytes_of(const SpriteLeaf& leaf) noexcept {
  return sizeof leaf + leaf.key.size() + leaf.url.size();
}

/// What of a pokémon's record matters here.
struct Record {
  /// What its leaves may take in memory, a hundred times what those of the largest do. What many of them share stands
  /// in a document only once, so a small one could be a record of any size.
  static constexpr std::size_t max_bytes = 4 << 20;

  std::uint32_t id = 0;
  std::string name;
  std::vector<SpriteLeaf> sprites;  ///< in the document's order

  friend bool operator==(const Record&, const Record&) = default;
};

/// Reads a record. An Error for anything that is not a whole record.
Result<Record> parse_record(const std::string& document);

}  // namespace spritefarm::pokeapi
