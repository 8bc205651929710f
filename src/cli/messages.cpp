#include "cli/messages.hpp"

#include "system/terminal.hpp"
#include "text/printable_text.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace spritefarm::cli {
namespace {

void write_to_stderr(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);  // an error cannot be reported anywhere
}

}  // namespace

void Messages::error(std::string_view text) const {
  write_line(text);
}

void Messages::note(std::string_view text) const {
  if (m_verbosity != Verbosity::quiet) write_line(text);
}

void Messages::detail(std::string_view text) const {
  if (m_verbosity == Verbosity::verbose) write_line(text);
}

void Messages::write_line(std::string_view text) const {
  const std::lock_guard lock(m_mutex);
  write_to_stderr(erasure() + "spritefarm: " + text::printable(text) + "\n" + drawing());
}

void Messages::show_below(std::vector<std::string> lines) const {
  const std::size_t columns = static_cast<std::size_t>(system::terminal_size(stderr).columns);
  for (std::string& line : lines) line = text::first_columns(text::printable(line), columns - 1);
  const std::lock_guard lock(m_mutex);
  std::string text = erasure();
  m_below = std::move(lines);
  write_to_stderr(text + drawing());
}

/// Erases the lines below; the cursor is in the last of them. A terminal that has become narrower has wrapped
/// them.
std::string Messages::erasure() const {
  if (m_below.empty()) return {};
  const std::size_t columns = static_cast<std::size_t>(system::terminal_size(stderr).columns);
  std::size_t rows = 0;
  for (const std::string& line : m_below)
    rows += std::max<std::size_t>((text::width_of(line) + columns - 1) / columns, 1);
  return "\r" + (rows > 1 ? "\x1b[" + std::to_string(rows - 1) + "A" : "") + "\x1b[J";
}

std::string Messages::drawing() const {
  std::string text;
  for (const std::string& line : m_below) text += (text.empty() ? "" : "\n") + line;
  return text;
}

}  // namespace spritefarm::cli
