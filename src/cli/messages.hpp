#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::cli {

enum class Verbosity { quiet, normal, verbose };

/// Messages to the user on standard error. Each is one line, `spritefarm: …`, written by one call so that the
/// lines of two processes do not mix. On a terminal, show_below() keeps further lines below them. Owned by
/// the command; only the coordinator's process uses it, from any thread. Write errors are ignored.
class Messages {
 public:
  explicit Messages(Verbosity verbosity) : m_verbosity(verbosity) {}

  void error(std::string_view text) const;   ///< always
  void note(std::string_view text) const;    ///< unless quiet
  void detail(std::string_view text) const;  ///< only if verbose

  /// Replaces the lines below the messages; an empty list removes them. Cuts each line to the terminal's
  /// width. Call it only if standard error is a terminal.
  void show_below(std::vector<std::string> lines) const;

 private:
  void write_line(std::string_view text) const;
  [[nodiscard]] std::string erasure() const;
  [[nodiscard]] std::string drawing() const;

  Verbosity m_verbosity;
  mutable std::mutex m_mutex;
  mutable std::vector<std::string> m_below;  // as drawn
};

}  // namespace spritefarm::cli
