#include "text/printable_text.hpp"

#include "text/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spritefarm::text {
namespace {

bool begins_character(char byte) noexcept {
  return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const Utf8Character character = first_character(text);
    const std::size_t size = std::max<std::size_t>(character.size, 1);
    if (character.is_malformed() || (size == 1 && is_deceptive(character.code)))
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
    else if (is_deceptive(character.code))
      result += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(character.code));
    else
      result += text.substr(0, size);
    text.remove_prefix(size);
  }
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

std::string scaled_bytes(double bytes) {
  if (bytes < 1e3) return fmt::format("{:.0f} B", bytes);
  if (bytes < 1e6) return fmt::format("{:.0f} kB", bytes / 1e3);
  return bytes < 1e9 ? fmt::format("{:.1f} MB", bytes / 1e6) : fmt::format("{:.1f} GB", bytes / 1e9);
}

}  // namespace spritefarm::text
