#pragma once

#include <string_view>

namespace spritefarm::text {

/// `text` without leading and trailing `blanks`.
inline std::string_view trim(std::string_view text, std::string_view blanks = " \t\r\n") noexcept {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace spritefarm::text
