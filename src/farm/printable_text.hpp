#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace spritefarm::farm {

/// `text` without the control characters that could act upon a terminal: each is shown as '?'.
std::string printable(std::string_view text);

/// The same, and no longer than a line can bear.
std::string excerpt(std::string_view text);

/// How many characters of UTF-8 it has.
std::size_t width_of(std::string_view text) noexcept;
/// Its first `columns` characters.
std::string_view first_columns(std::string_view text, std::size_t columns) noexcept;

}  // namespace spritefarm::farm
