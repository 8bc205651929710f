#include "cli/help_page.hpp"

#include "text/printable_text.hpp"

#include <algorithm>

namespace spritefarm::cli {
namespace {

constexpr std::size_t max_columns = 80, option_column = 26;
constexpr HelpEntry help_entry{"-h, --help", "print a summary (-h) or all options (--help)",
                               "print this summary (-h) or all options (--help)"};

/// " term text"; the text starts at `column` and is wrapped at spaces. A term that reaches `column` has a
/// line of its own.
std::string entry_lines(std::string_view term, std::string_view text, std::size_t column) {
  std::string result = std::string(term.starts_with("--") ? 6 : 2, ' ').append(term);
  std::size_t width = text::width_of(result);
  const auto go_to_column = [&] {
    if (width >= column) {
      result += '\n';
      width = 0;
    }
    result.append(column - width, ' ');
    width = column;
  };
  go_to_column();
  for (bool is_first = true; !text.empty(); is_first = false) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (!is_first && width + 1 + text::width_of(word) > max_columns) {
      width = max_columns;
      go_to_column();
    } else if (!is_first) {
      result += ' ';
      ++width;
    }
    result += word;
    width += text::width_of(word);
  }
  return result + '\n';
}

std::string list(const std::vector<HelpEntry>& entries) {
  const auto is_option = [](const HelpEntry& entry) { return entry.term.starts_with('-'); };
  std::size_t column = std::any_of(entries.begin(), entries.end(), is_option) ? option_column : 0;
  if (column == 0)
    for (const HelpEntry& entry : entries) column = std::max(column, text::width_of(entry.term) + 4);
  std::string lines;
  for (const HelpEntry& entry : entries) lines += entry_lines(entry.term, entry.text, column);
  return lines;
}

std::string section(std::string_view title, const std::vector<HelpEntry>& entries) {
  return "\n" + std::string(title) + ":\n" + list(entries);
}

std::string beginning(const HelpPage& page) {
  std::string text = std::string(page.summary) + "\n\n";
  for (const std::string_view line : page.usage)
    text.append(line == page.usage.front() ? "Usage: " : "       ").append("spritefarm ").append(line) +=
        '\n';
  return text;
}

}  // namespace

std::string short_help(const HelpPage& page) {
  std::vector<HelpEntry> entries;
  for (const HelpSection& options : page.options)
    for (const HelpEntry& entry : options.entries)
      if (!entry.brief.empty()) entries.push_back({entry.term, entry.brief});
  entries.push_back({help_entry.term, help_entry.brief});
  return beginning(page) + section("Options", entries) + section("Examples", page.examples);
}

std::string full_help(const HelpPage& page) {
  std::string text = beginning(page);
  for (const HelpSection& options : page.options) text += section(options.title, options.entries);
  text += section("Help", {help_entry});
  text += section("Examples", page.examples);
  for (const HelpSection& notes : page.notes) text += section(notes.title, notes.entries);
  return text;
}

}  // namespace spritefarm::cli
