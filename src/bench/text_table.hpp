#pragma once

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
  /// Each line ends with a newline.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<std::vector<std::string>> m_rows;
};

}  // namespace spritefarm::bench
