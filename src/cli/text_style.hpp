#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::cli {

enum class ColorChoice { automatic, always, never };
/// Parses auto, always or never.
Result<ColorChoice> parse_color_choice(std::string_view text);

/// What a piece of text tells; its colour where there are colours.
enum class Tone : std::uint8_t { plain, done, warning, failed, dim };

struct Span {
  std::string text;
  Tone tone = Tone::plain;
};
using Line = std::vector<Span>;

/// Whether TERM names a terminal that moves its cursor and shows colours.
bool has_capable_terminal() noexcept;

/// How text appears on one stream: with or without colours, in UTF-8 or ASCII. A value.
class TextStyle {
 public:
  TextStyle(bool has_colors, bool is_utf8) noexcept : m_has_colors(has_colors), m_is_utf8(is_utf8) {}
  /// The style for `file`: colours if it is a capable terminal and NO_COLOR is not set, or as chosen; UTF-8
  /// if the locale has it.
  static TextStyle of(std::FILE* file, ColorChoice choice);

  /// The line, printable, cut to `max_columns`.
  [[nodiscard]] std::string line(const Line& line,
                                 std::size_t max_columns = std::numeric_limits<std::size_t>::max()) const;
  /// Text of several lines that this program wrote.
  [[nodiscard]] std::string text(std::string_view text) const;

 private:
  bool m_has_colors, m_is_utf8;
};

}  // namespace spritefarm::cli
