#include "farm/data_page.hpp"

#include "pokeapi/digest.hpp"

#include <stdexcept>

namespace spritefarm::farm {

namespace {

constexpr std::string_view script_begin = "<script>", script_end = "</script>", hash_place = "@SCRIPT@";

/// The page with the hash of its script in its policy (https://www.w3.org/TR/CSP3/#grammardef-hash-source).
std::string with_policy(std::string_view page) {
  std::string text(page);
  const std::size_t begin = text.find(script_begin), place = text.find(hash_place);
  if (begin == text.npos || place == text.npos) return text;
  const std::size_t from = begin + script_begin.size();
  const std::string script = text.substr(from, text.find(script_end, from) - from);
  return text.replace(place, hash_place.size(), "'sha256-" + pokeapi::base64(pokeapi::sha256(script)) + "'");
}

}  // namespace

std::string page_with_data(std::string_view source, std::string_view json) {
  const std::string page = with_policy(source);
  static constexpr std::string_view placeholder = "@DATA@";
  const std::size_t at = page.find(placeholder);
  if (at == page.npos) throw std::logic_error("the page has no placeholder for its data");
  std::string text = page.substr(0, at);
  for (const char c : json)
    if (c == '<')  // JSON has it only in strings
      text += "\\u003c";
    else
      text += c;
  return text += page.substr(at + placeholder.size());
}

}  // namespace spritefarm::farm
