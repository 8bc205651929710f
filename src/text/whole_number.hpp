#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace spritefarm::text {

/// All of `text` as a decimal number.
inline std::optional<std::uint32_t> parse_whole_number(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace spritefarm::text
