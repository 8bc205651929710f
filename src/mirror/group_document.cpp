#include "mirror/group_document.hpp"

#include "mirror/pokemon_types.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace spritefarm::mirror {
namespace {

constexpr std::array<std::string_view, 9> generation_names{
    "generation-i",  "generation-ii",  "generation-iii",  "generation-iv", "generation-v",
    "generation-vi", "generation-vii", "generation-viii", "generation-ix"};

bool is_default(const Pokemon& pokemon) {
  return pokemon.id < 10'000;
}

std::string_view first_word(std::string_view name) {
  return name.substr(0, name.find('-'));
}

/// The words that both names begin with.
std::string_view common_words(std::string_view a, std::string_view b) {
  const std::size_t same =
      static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
  const auto ends_word = [same](std::string_view name) { return same == name.size() || name[same] == '-'; };
  if (ends_word(a) && ends_word(b)) return a.substr(0, same);
  const std::size_t hyphen = a.substr(0, same).rfind('-');
  return a.substr(0, hyphen == a.npos ? 0 : hyphen);
}

/// The species of a default form: what its name has in common with the names of all other forms. A first
/// word that two species share, such as "tapu", tells nothing.
std::string_view species_name(const Catalogue& catalogue, const Pokemon& form) {
  std::string_view name = form.name;
  for (const Pokemon& other : catalogue.all()) {
    if (other.id == form.id || first_word(other.name) != first_word(form.name)) continue;
    if (is_default(other)) return form.name;
    name = common_words(name, other.name);
  }
  return name;
}

const Pokemon* find_default_form(const Catalogue& catalogue, std::string_view name_or_id) {
  for (const Pokemon& pokemon : catalogue.all())
    if (is_default(pokemon) &&
        (std::to_string(pokemon.id) == name_or_id || (pokemon.name.starts_with(first_word(name_or_id)) &&
                                                      species_name(catalogue, pokemon) == name_or_id)))
      return &pokemon;
  return nullptr;
}

std::string link(std::string_view name, std::string_view kind, std::uint32_t id, std::string_view origin) {
  return fmt::format("{{\"name\":\"{}\",\"url\":\"{}/api/v2/{}/{}/\"}}", name, origin, kind, id);
}

/// The position of the group that has this name or, from 1, this id.
template <std::size_t size>
std::optional<std::size_t> position(const std::array<std::string_view, size>& names,
                                    std::string_view name_or_id) {
  for (std::size_t i = 0; i < size; ++i)
    if (names[i] == name_or_id || std::to_string(i + 1) == name_or_id) return i;
  return std::nullopt;
}

void append(std::string& list, const std::string& item) {
  if (!list.empty()) list += ',';
  list += item;
}

}  // namespace

std::optional<std::string> type_document(const Catalogue& catalogue, std::string_view name_or_id,
                                         std::string_view origin) {
  const std::optional<std::size_t> type = position(type_names, name_or_id);
  if (!type) return std::nullopt;
  std::string members;
  for (const Pokemon& pokemon : catalogue.all()) {
    const std::vector<std::size_t> types = types_of(pokemon.id);
    const auto found = std::find(types.begin(), types.end(), *type);
    if (found != types.end())
      append(members,
             fmt::format("{{\"pokemon\":{},\"slot\":{}}}", link(pokemon.name, "pokemon", pokemon.id, origin),
                         found - types.begin() + 1));
  }
  return fmt::format("{{\"id\":{},\"name\":\"{}\",\"pokemon\":[{}]}}", *type + 1, type_names[*type], members);
}

std::optional<std::string> generation_document(const Catalogue& catalogue, std::string_view name_or_id,
                                               std::string_view origin) {
  const std::optional<std::size_t> generation = position(generation_names, name_or_id);
  if (!generation) return std::nullopt;
  std::string members;
  for (const Pokemon& pokemon : catalogue.all())
    if (is_default(pokemon) && generation_of(pokemon.id) == static_cast<int>(*generation) + 1)
      append(members, link(species_name(catalogue, pokemon), "pokemon-species", pokemon.id, origin));
  return fmt::format("{{\"id\":{},\"name\":\"{}\",\"pokemon_species\":[{}]}}", *generation + 1,
                     generation_names[*generation], members);
}

std::optional<std::string> species_document(const Catalogue& catalogue, std::string_view name_or_id,
                                            std::string_view origin) {
  const Pokemon* const form = find_default_form(catalogue, name_or_id);
  if (form == nullptr) return std::nullopt;
  const std::string_view name = species_name(catalogue, *form);
  const std::string prefix = std::string(name) + '-';
  std::string varieties;
  for (const Pokemon& pokemon : catalogue.all())
    if (pokemon.id == form->id || (!is_default(pokemon) && pokemon.name.starts_with(prefix)))
      append(varieties, fmt::format("{{\"is_default\":{},\"pokemon\":{}}}", pokemon.id == form->id,
                                    link(pokemon.name, "pokemon", pokemon.id, origin)));
  return fmt::format("{{\"id\":{},\"name\":\"{}\",\"varieties\":[{}]}}", form->id, name, varieties);
}

}  // namespace spritefarm::mirror
