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

/// The pokémon of an index, in its order, with lookup by name and id. Owned by a Site. Immutable: any thread.
class Catalogue {
 public:
  /// The first `count` pokémon. Above the 1351 real ones, names are invented ("sprite-1352").
  explicit Catalogue(std::size_t count = real_count);
  explicit Catalogue(std::vector<Pokemon> pokemon);

  static constexpr std::size_t real_count = 1351;

  [[nodiscard]] const std::vector<Pokemon>& all() const noexcept { return m_pokemon; }
  /// By name or decimal id. Null if there is no such pokémon.
  [[nodiscard]] const Pokemon* find(std::string_view name_or_id) const;

 private:
  std::vector<Pokemon> m_pokemon;
  std::unordered_map<std::string_view, const Pokemon*> m_by_name;
  std::unordered_map<std::uint32_t, const Pokemon*> m_by_id;
};

/// The generation of games that brought a pokémon: 1 to 9. The later forms are in no game's pictures.
int generation_of(std::uint32_t id);

/// Parses an id: decimal digits only, without leading zeros. None if `text` is something else.
std::optional<std::uint32_t> parse_id(std::string_view text);

}  // namespace spritefarm::mirror
