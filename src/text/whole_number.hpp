#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace spritefarm::text {

/// Parses `text` as a decimal number; none if any byte is not a digit or the number does not fit 32 bits.
inline std::optional<std::uint32_t> parse_whole_number(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace spritefarm::text
