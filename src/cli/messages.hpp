#pragma once

#include "cli/text_style.hpp"

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::cli {

enum class Verbosity { quiet, normal, verbose };

/// Messages to the user on standard error. Each is one line, written by one call so that the lines of two
/// processes do not mix; errors and warnings begin with `spritefarm: `. On a terminal, show_below() keeps
/// further lines below them. Owned by the command; only the coordinator's process uses it, from any thread.
/// Write errors are ignored.
class Messages {
 public:
  explicit Messages(Verbosity verbosity, ColorChoice color = ColorChoice::automatic)
      : m_verbosity(verbosity), m_style(TextStyle::of(stderr, color)) {}

  void error(std::string_view text) const;    ///< always
  void warning(std::string_view text) const;  ///< unless quiet
  void note(const Line& line) const;          ///< unless quiet
  void note(std::string_view text) const { note(Line{{std::string(text)}}); }
  void detail(const Line& line) const;  ///< only if verbose
  [[nodiscard]] bool is_verbose() const noexcept { return m_verbosity == Verbosity::verbose; }

  /// Replaces the lines below the messages; an empty list removes them. Cuts each line to the terminal's
  /// width. The cursor stays at the beginning of the first, so `erase_below` removes them at any time. Call
  /// it only if standard error is a terminal.
  void show_below(const std::vector<Line>& lines) const;
  static constexpr std::string_view erase_below = "\r\x1b[J";

 private:
  void write_line(const Line& line) const;

  const Verbosity m_verbosity;
  const TextStyle m_style;
  mutable std::mutex m_mutex;
  mutable std::string m_below;  // as written; empty if there are no lines
};

}  // namespace spritefarm::cli
