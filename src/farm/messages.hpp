#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::farm {

enum class Verbosity { quiet, normal, verbose };

/// What the program says to its user, on standard error: one line each, `spritefarm: …`, written at once so
/// that the lines of two processes do not mix; and, on a terminal, lines that stay below them. Used by the coordinator
/// alone; any thread may.
class Messages {
 public:
  explicit Messages(Verbosity verbosity) : m_verbosity(verbosity) {}

  void error(std::string_view text) const;   ///< always
  void note(std::string_view text) const;    ///< unless quiet
  void detail(std::string_view text) const;  ///< only if verbose

  /// Lines for a terminal in the place of those that stood there last: none takes them away. Each is cut to the
  /// terminal's width.
  void show_below(std::vector<std::string> lines) const;

 private:
  void write_line(std::string_view text) const;
  [[nodiscard]] std::string erasure() const;
  [[nodiscard]] std::string drawing() const;

  Verbosity m_verbosity;
  mutable std::mutex m_mutex;
  mutable std::vector<std::string> m_below;  // as they were drawn
};

/// `text` without the control characters that could act upon a terminal: each is shown as '?'.
std::string printable(std::string_view text);

/// The same, and no longer than a line can bear.
std::string excerpt(std::string_view text);

/// How many characters of UTF-8 it has.
std::size_t width_of(std::string_view text) noexcept;
/// Its first `columns` characters.
std::string_view first_columns(std::string_view text, std::size_t columns) noexcept;

}  // namespace spritefarm::farm
