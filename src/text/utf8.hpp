#pragma once

#include <cstddef>
#include <string_view>

namespace spritefarm::text {

/// A character of UTF-8 (RFC 3629) and the number of its bytes.
struct Utf8Character {
  char32_t code = 0;
  std::size_t size = 0;  ///< 0 if the bytes are malformed

  [[nodiscard]] bool is_malformed() const noexcept { return size == 0; }
};

/// The first character of `text`, which is not empty.
Utf8Character first_character(std::string_view text) noexcept;

/// Whether a character can act on a terminal or make a text look like another one: the control characters of
/// C0 and C1 (U+009B begins an escape sequence), line separators, and what changes the direction of writing.
constexpr bool is_deceptive(char32_t code) noexcept {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x61c || code == 0x200e || code == 0x200f ||
         (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

/// Whether `text` holds a deceptive character or is malformed.
bool is_deceptive(std::string_view text) noexcept;

}  // namespace spritefarm::text
