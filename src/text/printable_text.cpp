#include "text/printable_text.hpp"

#include <algorithm>

namespace spritefarm::text {
namespace {

bool begins_character(char byte) noexcept {
  return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result(text);
  std::replace_if(
      result.begin(), result.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return result;
}

std::string excerpt(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return printable(text);
  std::size_t end = max_bytes;
  while (end > 0 && !begins_character(text[end])) --end;
  return printable(text.substr(0, end)) + "…";
}

std::string counted(std::uint64_t number, std::string_view one, std::string_view several) {
  return std::to_string(number).append(" ").append(number == 1 ? one : several);
}

std::size_t width_of(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

std::string_view first_columns(std::string_view text, std::size_t columns) noexcept {
  const auto end = std::find_if(text.begin(), text.end(), [&](char byte) {
    if (!begins_character(byte)) return false;
    if (columns == 0) return true;
    --columns;
    return false;
  });
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

}  // namespace spritefarm::text
