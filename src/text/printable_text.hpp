#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace spritefarm::text {

/// `text` without the control characters that could act upon a terminal: each is shown as '?'.
std::string printable(std::string_view text);

/// The same, and no longer than a line can bear.
std::string excerpt(std::string_view text, std::size_t max_bytes = 60);

/// "1 sprite", "2 sprites".
std::string counted(std::uint64_t number, std::string_view one, std::string_view several);

/// How many characters of UTF-8 it has.
std::size_t width_of(std::string_view text) noexcept;
/// Its first `columns` characters.
std::string_view first_columns(std::string_view text, std::size_t columns) noexcept;

}  // namespace spritefarm::text
