#pragma once

#include <string>
#include <vector>

namespace spritefarm::bench {

/// Lines of text in columns as wide as their contents: the first to the left, the others to the right.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> heading);
  /// Of as many cells as the heading.
  void add(std::vector<std::string> row);
  /// Each line with its end.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<std::vector<std::string>> m_rows;
};

}  // namespace spritefarm::bench
