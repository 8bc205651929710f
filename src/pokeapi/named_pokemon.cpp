#include "pokeapi/named_pokemon.hpp"

#include "text/output_template.hpp"
#include "text/percent_encoding.hpp"
#include "text/printable_text.hpp"
#include "text/whole_number.hpp"

#include <fmt/format.h>

namespace spritefarm::pokeapi {

Result<IndexEntry> named_pokemon(std::string_view name_or_id, std::string_view base_url) {
  IndexEntry pokemon;
  if (!name_or_id.empty() && name_or_id.find_first_not_of("0123456789") == name_or_id.npos) {
    pokemon.id = text::parse_whole_number(name_or_id).value_or(0);
    if (pokemon.id == 0)
      return Error{
          fmt::format("'{}' is not a pokémon id: ids are numbers from 1", text::excerpt(name_or_id))};
    pokemon.url = fmt::format("{}pokemon/{}/", base_url, pokemon.id);
    return pokemon;
  }
  if (const Result<void> valid = text::check_file_name(name_or_id); !valid)
    return Error{
        fmt::format("'{}' is not a pokémon name: it {}", text::excerpt(name_or_id), valid.error().message)};
  for (const char c : name_or_id) pokemon.name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  pokemon.url = fmt::format("{}pokemon/{}/", base_url, text::percent_encoded(pokemon.name));
  return pokemon;
}

}  // namespace spritefarm::pokeapi
