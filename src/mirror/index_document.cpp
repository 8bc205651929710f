#include "mirror/index_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace spritefarm::mirror {

namespace {

// Above every count; sums of such numbers do not overflow.
constexpr std::int64_t bound = 1'000'000'000'000;

// JavaScript's parseInt(text) || fallback
std::int64_t parse_int_or(std::string_view text, std::int64_t fallback) {
  std::size_t at = text.find_first_not_of("+ ");  // a + in a query is a space
  if (at == text.npos) return fallback;
  const bool negative = text[at] == '-';
  if (negative) ++at;
  std::int64_t number = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
    number = std::min(bound, number * 10 + (text[at] - '0'));
  }
  if (number == 0) return fallback;
  return negative ? -number : number;
}

// JavaScript's Array.slice: negative positions count from the end.
std::size_t slice_position(std::int64_t position, std::int64_t count) {
  return static_cast<std::size_t>(
      std::clamp<std::int64_t>(position < 0 ? position + count : position, 0, count));
}

// A name from a user's folder can have any character.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20) {
      result += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      if (c == '"' || c == '\\') result += '\\';
      result += c;
    }
  }
  return result;
}

std::string page_url(std::string_view origin, std::int64_t begin, std::int64_t end) {
  return fmt::format("\"{}/api/v2/pokemon?offset={}&limit={}\"", origin, begin, end - begin);
}

}  // namespace

PageRequest parse_page_request(std::string_view query) {
  PageRequest page;
  while (!query.empty()) {
    const std::string_view field = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), field.size() + 1));
    const std::size_t equals = std::min(field.find('='), field.size());
    const std::string_view value = field.substr(std::min(equals + 1, field.size()));
    if (field.substr(0, equals) == "limit") page.limit = parse_int_or(value, 20);
    if (field.substr(0, equals) == "offset") page.offset = parse_int_or(value, 0);
  }
  return page;
}

std::string index_document(const Catalogue& catalogue, PageRequest page, std::string_view origin) {
  const auto count = static_cast<std::int64_t>(catalogue.all().size());
  const std::int64_t end = page.offset + page.limit;
  const std::int64_t next_end = std::min(end + page.limit, count);
  const std::int64_t previous_begin = std::max<std::int64_t>(page.offset - page.limit, 0);

  std::string document =
      fmt::format("{{\"count\":{},\"next\":{},\"previous\":{},\"results\":[", count,
                  next_end > end ? page_url(origin, end, next_end) : "null",
                  previous_begin < page.offset ? page_url(origin, previous_begin, page.offset) : "null");
  const std::size_t last = slice_position(end, count);
  for (std::size_t i = slice_position(page.offset, count); i < last; ++i) {
    const Pokemon& pokemon = catalogue.all()[i];
    fmt::format_to(std::back_inserter(document), "{}{{\"name\":\"{}\",\"url\":\"{}/api/v2/pokemon/{}/\"}}",
                   document.back() == '[' ? "" : ",", escaped(pokemon.name), origin, pokemon.id);
  }
  return document += "]}";
}

}  // namespace spritefarm::mirror
