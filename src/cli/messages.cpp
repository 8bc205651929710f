#include "cli/messages.hpp"

#include "system/terminal.hpp"
#include "system/termination_signals.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace spritefarm::cli {
namespace {

Line with_prefix(std::string_view text, Tone tone) {
  return {{"spritefarm: ", tone}, {std::string(text)}};
}

}  // namespace

void Messages::error(std::string_view text) const {
  write_line(with_prefix(text, Tone::failed));
}

void Messages::warning(std::string_view text) const {
  if (m_verbosity != Verbosity::quiet) write_line(with_prefix(text, Tone::warning));
}

void Messages::note(const Line& line) const {
  if (m_verbosity != Verbosity::quiet) write_line(line);
}

void Messages::detail(const Line& line) const {
  if (m_verbosity == Verbosity::verbose) write_line(line);
}

void Messages::write_line(const Line& line) const {
  const std::string text = m_style.line(line) + "\n";
  const std::lock_guard lock(m_mutex);
  system::write_to_stderr((m_below.empty() ? text : std::string(erase_below) + text) + m_below);
}

void Messages::show_below(const std::vector<Line>& lines) const {
  const auto columns = static_cast<std::size_t>(system::terminal_size(stderr).columns);
  std::string below;
  for (const Line& line : lines) below += (below.empty() ? "" : "\n") + m_style.line(line, columns - 1);
  if (lines.size() > 1) below += fmt::format("\x1b[{}A", lines.size() - 1);
  if (!lines.empty()) below += '\r';
  const std::lock_guard lock(m_mutex);
  system::write_to_stderr((m_below.empty() ? "" : std::string(erase_below)) + below);
  m_below = std::move(below);
}

}  // namespace spritefarm::cli
