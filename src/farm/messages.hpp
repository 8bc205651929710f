#pragma once

#include <string>
#include <string_view>

namespace spritefarm::farm {

enum class Verbosity { quiet, normal, verbose };

/// What the program says to its user, on standard error: one line each, `spritefarm: …`, written at once so
/// that the lines of two processes do not mix. Used by the coordinator alone; any thread may.
class Messages {
 public:
  explicit Messages(Verbosity verbosity) : m_verbosity(verbosity) {}

  void error(std::string_view text) const;   ///< always
  void note(std::string_view text) const;    ///< unless quiet
  void detail(std::string_view text) const;  ///< only if verbose

 private:
  Verbosity m_verbosity;
};

/// `text` without the control characters that could act upon a terminal: each is shown as '?'.
std::string printable(std::string_view text);

/// The same, and no longer than a line can bear.
std::string excerpt(std::string_view text);

}  // namespace spritefarm::farm
