#pragma once

#include "base/result.hpp"
#include "pokeapi/record.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::pokeapi {

/// What a selector finds in a record: the sprites to fetch, and the full keys that were asked for and are
/// null.
struct Selection {
  std::vector<SpriteLeaf> present;   ///< in the record's order, each once
  std::vector<std::string> missing;  ///< keys without a wildcard whose leaf is null
  std::vector<std::string> unknown;  ///< keys without a wildcard that the record does not have at all
};

/// Which sprites of a record are wanted: the value of `--sprite`. A list of keys separated by commas, each a
/// path with dots, `*` for any one key, or `all`. `*` and `all` choose only what is not null.
class Selector {
 public:
  /// An Error for an empty list, an empty key, a key with an empty part.
  static Result<Selector> parse(std::string_view text);

  [[nodiscard]] Selection select(const Record& record) const;
  /// Whether it can choose more than one sprite of a record.
  [[nodiscard]] bool plural() const noexcept;

 private:
  std::vector<std::vector<std::string>> m_patterns;  // `all` is one without parts
};

}  // namespace spritefarm::pokeapi
