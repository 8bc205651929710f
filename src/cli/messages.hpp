#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::cli {

enum class Verbosity { quiet, normal, verbose };

/// What the program says to its user, on standard error: one line each, `spritefarm: …`, raw at once so
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

}  // namespace spritefarm::cli
