#pragma once

#include "base/result.hpp"
#include "pokeapi/record.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::pokeapi {

/// The result of applying a Selector to a record.
struct Selection {
  std::vector<SpriteLeaf> present;   ///< the sprites to fetch, in document order, each once
  std::vector<std::string> missing;  ///< keys without a wildcard whose leaf is null
  std::vector<std::string> unknown;  ///< keys without a wildcard that the record does not have at all
};

/// The value of `--sprite`: selects sprites of a record. A list of patterns separated by commas. A pattern is
/// `all`, or a path of keys with dots in which `*` matches any one key. `*` and `all` match only sprites that
/// are not null.
class Selector {
 public:
  /// Fails for an empty list, an empty pattern, an empty part, or a '*' inside a key.
  static Result<Selector> parse(std::string_view text);

  [[nodiscard]] Selection select(const Record& record) const;
  /// Whether it can select more than one sprite of a record.
  [[nodiscard]] bool plural() const noexcept;

 private:
  std::vector<std::vector<std::string>> m_patterns;  // `all` is a pattern without parts
};

}  // namespace spritefarm::pokeapi
