#include "pokeapi/named_pokemon.hpp"

#include "net/credentials.hpp"
#include "text/ascii_case.hpp"
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
  if (name_or_id.starts_with('-'))
    return Error{fmt::format("'{}' is neither an option nor a pokémon", text::excerpt(name_or_id))};
  if (const Result<void> valid = text::check_file_name(name_or_id); !valid)
    return Error{fmt::format("'{}' is not a pokémon name: it {}",
                             text::excerpt(net::without_credentials(name_or_id)), valid.error().message)};
  pokemon.name = text::lower_case(name_or_id);
  pokemon.url = fmt::format("{}pokemon/{}/", base_url, text::percent_encoded(pokemon.name));
  return pokemon;
}

std::string species_url(const std::string& record_url) {
  constexpr std::string_view pokemon = "/pokemon/";
  std::string url = record_url;
  if (const std::size_t found = url.rfind(pokemon); found != url.npos)
    url.replace(found, pokemon.size(), "/pokemon-species/");
  return url;
}

}  // namespace spritefarm::pokeapi
