#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace spritefarm::text {

/// Escapes the deceptive characters of `text` and its malformed bytes, so that it can neither act on a
/// terminal nor look like another text: `\x1b`, `\u202e`.
std::string printable(std::string_view text);

/// printable() text of at most `max_bytes`; '…' marks the cut. Never cuts a UTF-8 character.
std::string excerpt(std::string_view text, std::size_t max_bytes = 60);

/// The number with its noun: "1 sprite", "2 sprites".
std::string counted(std::uint64_t number, std::string_view one, std::string_view several);

/// A number of bytes with a unit: "320 B", "12 kB", "15.2 MB".
std::string scaled_bytes(double bytes);

/// The number of UTF-8 characters in `text`.
std::size_t width_of(std::string_view text) noexcept;
/// The first `columns` UTF-8 characters of `text`.
std::string_view first_columns(std::string_view text, std::size_t columns) noexcept;

}  // namespace spritefarm::text
