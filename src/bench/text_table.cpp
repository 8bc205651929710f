#include "bench/text_table.hpp"

#include <algorithm>
#include <utility>

namespace spritefarm::bench {
namespace {

/// In characters, of which each must be one column wide.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](unsigned char c) { return (c & 0xc0) != 0x80; }));
}

}  // namespace

TextTable::TextTable(std::vector<std::string> heading) {
  add(std::move(heading));
}

void TextTable::add(std::vector<std::string> row) {
  m_rows.push_back(std::move(row));
}

std::string TextTable::text(std::size_t max_width) const {
  std::vector<std::size_t> widths;
  std::size_t total = 0;
  for (std::size_t column = 0; column < m_rows.front().size(); ++column) {
    std::size_t max = 0;
    for (const auto& row : m_rows) max = std::max(max, width(row[column]));
    total += max + (column > 0 ? 2 : 0);
    if (max_width > 0 && column > 1 && total > max_width) break;
    widths.push_back(max);
  }
  std::string text;
  for (const auto& row : m_rows) {
    for (std::size_t column = 0; column < widths.size(); ++column) {
      const std::string padding(widths[column] - width(row[column]), ' ');
      text += column == 0 ? row[column] + padding : "  " + padding + row[column];
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

std::string TextTable::markdown() const {
  std::string text;
  for (const auto& row : m_rows) {
    for (const std::string& cell : row) text += "| " + cell + " ";
    text += "|\n";
    if (&row != &m_rows.front()) continue;
    for (std::size_t column = 0; column < row.size(); ++column) text += column == 0 ? "|:---" : "|---:";
    text += "|\n";
  }
  return text;
}

}  // namespace spritefarm::bench
