#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::cli {

/// A line of a help page: a term, such as "-n, --limit N", and its explanation.
struct HelpEntry {
  std::string_view term;
  std::string_view text;
  std::string_view brief{};  ///< the explanation in the short help; empty: the short help omits the entry
};

struct HelpSection {
  std::string_view title;
  std::vector<HelpEntry> entries;
};

/// The help of one command, as data. The layout is in short_help() and full_help() alone, so that the help of
/// all commands looks the same: no line has more than 80 columns. Both add the entry of -h and --help
/// themselves.
struct HelpPage {
  std::string_view summary;             ///< one line
  std::vector<std::string_view> usage;  ///< without the program's name
  std::vector<HelpSection> options;
  std::vector<HelpEntry> examples;  ///< the command and its purpose, each in one line
  std::vector<HelpSection> notes;   ///< lists at the end of the full help
};

/// The text of -h: usage, the most important options in one line each, examples; 25 lines at most.
std::string short_help(const HelpPage& page);
/// The text of --help: all of the page.
std::string full_help(const HelpPage& page);

}  // namespace spritefarm::cli
