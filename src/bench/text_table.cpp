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

std::string TextTable::text() const {
  std::string text;
  for (const auto& row : m_rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      std::size_t max_width = 0;
      for (const auto& other : m_rows) max_width = std::max(max_width, width(other[column]));
      const std::string padding(max_width - width(row[column]), ' ');
      text += column == 0 ? row[column] + padding : "  " + padding + row[column];
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

}  // namespace spritefarm::bench
