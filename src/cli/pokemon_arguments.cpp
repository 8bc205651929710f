#include "cli/pokemon_arguments.hpp"

#include "pokeapi/named_pokemon.hpp"
#include "text/ascii_case.hpp"
#include "text/edit_distance.hpp"
#include "text/printable_text.hpp"
#include "text/whole_number.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <istream>
#include <iterator>
#include <optional>

namespace spritefarm::cli {
namespace {

constexpr std::string_view separators = ", \t\r\n\f\v";
constexpr std::uint32_t max_range = 20'000;  // the PokéAPI's ids end at 10,326

struct Command {
  std::string_view word;
  std::string_view meant;
};
constexpr std::array<Command, 5> commands{{{"bench", "spritefarm bench"},
                                           {"mirror", "spritefarm mirror"},
                                           {"calls", "spritefarm bench calls"},
                                           {"help", "spritefarm --help"},
                                           {"version", "spritefarm --version"}}};

Result<void> check_is_no_command(const std::string& name) {
  const std::string word = text::lower_case(name);
  for (const Command& command : commands)
    if (text::edit_distance(word, command.word) <= 1)
      return Error{
          fmt::format("'{}' is not a pokémon; did you mean '{}'?", text::excerpt(name), command.meant)};
  return {};
}

struct Range {
  std::string_view first, last;
};
/// The ends of a text such as "1-151"; none if it is something else.
std::optional<Range> as_range(std::string_view text) {
  constexpr std::string_view digits = "0123456789";
  const std::size_t hyphen = text.find_first_not_of(digits);
  if (hyphen == 0 || hyphen == text.npos || text[hyphen] != '-') return std::nullopt;
  const Range range{text.substr(0, hyphen), text.substr(hyphen + 1)};
  if (range.last.empty() || range.last.find_first_not_of(digits) != text.npos) return std::nullopt;
  return range;
}

Result<void> add_range(const Range& range, std::string_view text, std::vector<std::string>& names) {
  const std::uint32_t first = text::parse_whole_number(range.first).value_or(0);
  const std::uint32_t last = text::parse_whole_number(range.last).value_or(0);
  if (first == 0 || last < first)
    return Error{fmt::format("'{}' is not a range of ids; write the smaller id first, as in 1-151",
                             text::excerpt(text))};
  if (last - first >= max_range)
    return Error{fmt::format("'{}' is a range of more than {} ids; --all takes the whole index",
                             text::excerpt(text), max_range)};
  for (std::uint32_t id = first; id <= last; ++id) names.push_back(std::to_string(id));
  return {};
}

/// All of a stream, without comments.
std::string without_comments(std::istream& input) {
  std::string names;
  for (std::string line; std::getline(input, line);) names += line.substr(0, line.find('#')) + '\n';
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (names.starts_with(byte_order_mark)) names.erase(0, byte_order_mark.size());
  return names;
}

}  // namespace

Result<std::vector<std::string>> parse_name_list(std::string_view list) {
  std::vector<std::string> names;
  while (true) {
    list.remove_prefix(std::min(list.find_first_not_of(separators), list.size()));
    if (list.empty()) return names;
    const std::string_view word = list.substr(0, list.find_first_of(separators));
    list.remove_prefix(word.size());
    if (const std::optional<Range> range = as_range(word)) {
      if (const Result<void> added = add_range(*range, word, names); !added) return added.error();
    } else {
      // A name's URL is made later.
      if (const auto valid = pokeapi::named_pokemon(word, {}); !valid) return valid.error();
      names.emplace_back(word);
    }
  }
}

Result<std::vector<std::string>> pokemon_arguments(const std::vector<std::string>& arguments,
                                                   std::istream* input) {
  std::vector<std::string> pokemon;
  for (const std::string& argument : arguments) {
    const bool is_input = argument == "-";
    if (is_input && input == nullptr)
      return Error{"'-' is given twice, but standard input can be read only once"};
    Result<std::vector<std::string>> names = parse_name_list(is_input ? without_comments(*input) : argument);
    if (!names) return names.error();
    if (is_input && input->bad()) return Error{"cannot read pokémon from standard input"};
    if (names->empty() && !is_input) return Error{"an argument POKEMON is empty; see --help"};
    if (is_input) input = nullptr;
    pokemon.insert(pokemon.end(), std::make_move_iterator(names->begin()),
                   std::make_move_iterator(names->end()));
    if (pokemon.empty()) return Error{"'-' reads pokémon from standard input, which names none"};
  }
  for (const std::string& name : pokemon)
    if (const Result<void> valid = check_is_no_command(name); !valid) return valid.error();
  return pokemon;
}

}  // namespace spritefarm::cli
