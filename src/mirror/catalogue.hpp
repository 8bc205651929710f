#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace spritefarm::mirror {

struct Pokemon {
  std::uint32_t id = 0;
  std::string name;
};

/// The pokémon that an index lists, in its order, found by name or by id. Immutable, so any thread may read.
class Catalogue {
 public:
  /// The first `count` real ones; what is asked for above the 1351 that exist is made up ("sprite-1352").
  explicit Catalogue(std::size_t count = real_count);
  explicit Catalogue(std::vector<Pokemon> pokemon);

  static constexpr std::size_t real_count = 1351;

  [[nodiscard]] const std::vector<Pokemon>& all() const noexcept { return m_pokemon; }
  /// By its name or its id in decimal; null if there is none.
  [[nodiscard]] const Pokemon* find(std::string_view name_or_id) const;

 private:
  std::vector<Pokemon> m_pokemon;
  std::unordered_map<std::string_view, const Pokemon*> m_by_name;
  std::unordered_map<std::uint32_t, const Pokemon*> m_by_id;
};

/// The id that `text` is, without sign, leading zeros or anything after it.
std::optional<std::uint32_t> parse_id(std::string_view text);

}  // namespace spritefarm::mirror
