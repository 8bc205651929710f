#include "pokeapi/json_document.hpp"

#include <algorithm>
#include <cstddef>
#include <new>
#include <string_view>

namespace spritefarm::pokeapi {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
// A parsed value takes up to 20 bytes, even if its text has only two. Real records have up to 33,000 values.
constexpr std::size_t max_values = 500'000;

bool has_too_many_values(std::string_view text) {
  if (text.size() < 2 * max_values) return false;
  const auto begins_value = [](char c) { return c == ',' || c == ':' || c == '[' || c == '{'; };
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_value)) > max_values;
}

}  // namespace

Result<simdjson::dom::object> parse_json_object(const std::string& document) {
  thread_local simdjson::dom::parser parser;
  std::string_view text = document;
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  if (const std::size_t first = text.find_first_not_of(" \t\r\n"); first == text.npos)
    return Error{"received an empty response instead of JSON; try again later"};
  else if (text[first] == '<')
    return Error{"received an HTML page instead of JSON; check the base URL"};
  if (has_too_many_values(text)) return Error{"the JSON has too many values; check the base URL"};
  const bool needs_copy = document.capacity() - document.size() < simdjson::SIMDJSON_PADDING;
  simdjson::dom::element root;
  const auto error = parser.parse(text.data(), text.size(), needs_copy).get(root);
  if (error == simdjson::MEMALLOC) throw std::bad_alloc();
  if (error) return Error{std::string("invalid or truncated JSON: ") + simdjson::error_message(error)};
  simdjson::dom::object object;
  if (root.get(object)) return Error{"the JSON is not an object; check the base URL"};
  return object;
}

}  // namespace spritefarm::pokeapi
