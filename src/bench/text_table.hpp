#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace spritefarm::bench {

/// A table in plain text. Columns are as wide as their contents; the first is left-aligned, the others
/// right-aligned.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> heading);
  /// `row` has as many cells as the heading.
  void add(std::vector<std::string> row);
  /// Each line ends with a newline. No line is wider than `max_width`, which 0 does not limit: the last
  /// columns are left out, but never the first two.
  [[nodiscard]] std::string text(std::size_t max_width = 0) const;
  /// The same as a table in Markdown.
  [[nodiscard]] std::string markdown() const;

 private:
  std::vector<std::vector<std::string>> m_rows;
};

}  // namespace spritefarm::bench
