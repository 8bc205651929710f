#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::pokeapi {

/// A leaf of the `sprites` tree: the path of its keys, joined by dots, and its absolute URL (empty if the
/// record says null; as it stands in the record if it is no http or https URL).
struct SpriteLeaf {
  std::string key;
  std::string url;

  friend bool operator==(const SpriteLeaf&, const SpriteLeaf&) = default;
};

/// The memory of a leaf, in bytes.
inline std::size_t bytes_of(const SpriteLeaf& leaf) noexcept {
  return sizeof leaf + leaf.key.size() + leaf.url.size();
}

/// The parts of a pokémon record that spritefarm uses.
struct Record {
  /// The limit of the leaves in memory: a hundred times those of the largest real record. Keys are joined
  /// along each path, so without a limit a small document could become a record of any size.
  static constexpr std::size_t max_bytes = 4 << 20;

  std::uint32_t id = 0;
  std::string name;
  std::vector<SpriteLeaf> sprites;  ///< in document order

  friend bool operator==(const Record&, const Record&) = default;
};

/// Parses a record. `url` is its own URL, the base of relative leaves. A leaf that is neither a string nor
/// null is no sprite and is left out. Fails for any document that is not a complete record.
Result<Record> parse_record(const std::string& document, const std::string& url);

}  // namespace spritefarm::pokeapi
