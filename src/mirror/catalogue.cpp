#include "mirror/catalogue.hpp"

#include "mirror/pokemon_names.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace spritefarm::mirror {

namespace {

constexpr std::uint32_t last_species = 1025;
constexpr std::uint32_t first_form = 10001;

std::vector<Pokemon> first_pokemon(std::size_t count) {
  std::vector<Pokemon> pokemon;
  pokemon.reserve(count);
  std::string_view names = pokemon_names();
  for (std::uint32_t position = 1; position <= count; ++position) {
    const std::uint32_t id = position <= last_species ? position : position - last_species - 1 + first_form;
    const std::string_view name = names.substr(0, names.find(' '));
    pokemon.push_back({id, name.empty() ? "sprite-" + std::to_string(position) : std::string(name)});
    names.remove_prefix(std::min(names.size(), name.size() + 1));
  }
  return pokemon;
}

}  // namespace

Catalogue::Catalogue(std::size_t count) : Catalogue(first_pokemon(count)) {}

Catalogue::Catalogue(std::vector<Pokemon> pokemon) : m_pokemon(std::move(pokemon)) {
  for (const Pokemon& entry : m_pokemon) {
    m_by_name.emplace(entry.name, &entry);
    m_by_id.emplace(entry.id, &entry);
  }
}

const Pokemon* Catalogue::find(std::string_view name_or_id) const {
  if (const auto id = parse_id(name_or_id)) {
    const auto found = m_by_id.find(*id);
    return found == m_by_id.end() ? nullptr : found->second;
  }
  const auto found = m_by_name.find(name_or_id);
  return found == m_by_name.end() ? nullptr : found->second;
}

int generation_of(std::uint32_t id) {
  if (id >= 10001 && id <= 10032) return 4;
  if (id >= 10033 && id <= 10090) return 6;
  constexpr std::array<std::uint32_t, 8> last_ids{151, 251, 386, 493, 649, 721, 809, 905};
  return 1 + static_cast<int>(std::lower_bound(last_ids.begin(), last_ids.end(), id) - last_ids.begin());
}

std::optional<std::uint32_t> parse_id(std::string_view text) {
  std::uint32_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size() || text.front() == '0') return std::nullopt;
  return id;
}

}  // namespace spritefarm::mirror
