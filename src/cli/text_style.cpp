#include "cli/text_style.hpp"

#include "system/locale_encoding.hpp"
#include "system/terminal.hpp"
#include "text/ascii_text.hpp"
#include "text/printable_text.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace spritefarm::cli {
namespace {

constexpr std::string_view reset = "\x1b[0m";

std::string_view color_of(Tone tone) noexcept {
  switch (tone) {
    case Tone::done:
      return "\x1b[32m";
    case Tone::warning:
      return "\x1b[33m";
    case Tone::failed:
      return "\x1b[31m";
    case Tone::dim:
      return "\x1b[2m";
    case Tone::plain:
      break;
  }
  return "";
}

bool is_set(const char* variable) noexcept {
  const char* const value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

}  // namespace

Result<ColorChoice> parse_color_choice(std::string_view text) {
  if (text == "auto") return ColorChoice::automatic;
  if (text == "always") return ColorChoice::always;
  if (text == "never") return ColorChoice::never;
  return Error{fmt::format("'{}' is no choice of colours; use auto, always or never", text)};
}

bool has_capable_terminal() noexcept {
  if (!is_set("TERM")) return false;
  const std::string_view name = std::getenv("TERM");
  return name != "dumb" && name != "unknown";
}

TextStyle TextStyle::of(std::FILE* file, ColorChoice choice) {
  const bool has_colors = choice == ColorChoice::automatic
                              ? system::is_terminal(file) && has_capable_terminal() && !is_set("NO_COLOR")
                              : choice == ColorChoice::always;
  return {has_colors, system::is_utf8_locale()};
}

std::string TextStyle::line(const Line& line, std::size_t max_columns) const {
  std::string result;
  for (const Span& span : line) {
    const std::string shown = text(text::printable(span.text));
    const std::string_view cut = text::first_columns(shown, max_columns);
    max_columns -= text::width_of(cut);
    const std::string_view color = m_has_colors && !cut.empty() ? color_of(span.tone) : "";
    result.append(color).append(cut).append(color.empty() ? "" : reset);
  }
  return result;
}

std::string TextStyle::text(std::string_view text) const {
  return m_is_utf8 ? std::string(text) : text::ascii(text);
}

}  // namespace spritefarm::cli
