#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace spritefarm::text {

/// Replaces each control character in `text` by '?', so that the text cannot act on a terminal.
std::string printable(std::string_view text);

/// printable() text of at most `max_bytes`; '…' marks the cut. Never cuts a UTF-8 character.
std::string excerpt(std::string_view text, std::size_t max_bytes = 60);

/// The number with its noun: "1 sprite", "2 sprites".
std::string counted(std::uint64_t number, std::string_view one, std::string_view several);

/// The number of UTF-8 characters in `text`.
std::size_t width_of(std::string_view text) noexcept;
/// The first `columns` UTF-8 characters of `text`.
std::string_view first_columns(std::string_view text, std::size_t columns) noexcept;

}  // namespace spritefarm::text
