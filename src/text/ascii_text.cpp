#include "text/ascii_text.hpp"

#include "text/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace spritefarm::text {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 15> substitutes{{
    {"é", "e"},
    {"×", "x"},
    {"µ", "u"},
    {"–", "-"},
    {"…", "..."},
    {"█", "#"},
    {"░", "."},
    // the last character of a bar, in eighths
    {"▏", ""},
    {"▎", ""},
    {"▍", ""},
    {"▌", "#"},
    {"▋", "#"},
    {"▊", "#"},
    {"▉", "#"},
    {"±", "+-"},
}};

/// "\u6728", or "\xff" for a byte that is no UTF-8.
std::string escaped(std::string_view character, const Utf8Character& decoded) {
  return decoded.is_malformed() ? fmt::format("\\x{:02x}", static_cast<unsigned char>(character.front()))
                                : fmt::format("\\u{:04x}", static_cast<std::uint32_t>(decoded.code));
}

}  // namespace

std::string ascii(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const Utf8Character decoded = first_character(text);
    const std::string_view character = text.substr(0, std::max<std::size_t>(decoded.size, 1));
    const auto* const known = std::find_if(substitutes.begin(), substitutes.end(),
                                           [&](const auto& entry) { return entry.first == character; });
    if (known != substitutes.end())
      result += known->second;
    else if (static_cast<unsigned char>(character.front()) < 0x80)
      result += character;
    else
      result += escaped(character, decoded);
    text.remove_prefix(character.size());
  }
  return result;
}

}  // namespace spritefarm::text
