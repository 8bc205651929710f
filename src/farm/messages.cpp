#include "farm/messages.hpp"

#include "posix/terminal.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace spritefarm::farm {
namespace {

void write_to_stderr(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);  // there is nobody left to tell if that fails
}

bool begins_character(char byte) noexcept {
  return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
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
  write_to_stderr(erasure() + "spritefarm: " + printable(text) + "\n" + drawing());
}

void Messages::show_below(std::vector<std::string> lines) const {
  const std::size_t columns = static_cast<std::size_t>(posix::terminal_size(stderr).columns);
  for (std::string& line : lines) line = first_columns(printable(line), columns - 1);
  const std::lock_guard lock(m_mutex);
  std::string text = erasure();
  m_below = std::move(lines);
  write_to_stderr(text + drawing());
}

/// Takes away the lines below, in whose last one the cursor is. A terminal that has become narrower has broken them.
std::string Messages::erasure() const {
  if (m_below.empty()) return {};
  const std::size_t columns = static_cast<std::size_t>(posix::terminal_size(stderr).columns);
  std::size_t rows = 0;
  for (const std::string& line : m_below)
    rows += std::max<std::size_t>((width_of(line) + columns - 1) / columns, 1);
  return "\r" + (rows > 1 ? "\x1b[" + std::to_string(rows - 1) + "A" : "") + "\x1b[J";
}

std::string Messages::drawing() const {
  std::string text;
  for (const std::string& line : m_below) text += (text.empty() ? "" : "\n") + line;
  return text;
}

std::string printable(std::string_view text) {
  std::string result(text);
  std::replace_if(
      result.begin(), result.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return result;
}

std::string excerpt(std::string_view text) {
  constexpr std::size_t longest = 60;
  return text.size() <= longest ? printable(text) : printable(text.substr(0, longest)) + "…";
}

std::size_t width_of(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

std::string_view first_columns(std::string_view text, std::size_t columns) noexcept {
  const auto end = std::find_if(text.begin(), text.end(), [&](char byte) {
    if (!begins_character(byte)) return false;
    if (columns == 0) return true;
    --columns;
    return false;
  });
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

}  // namespace spritefarm::farm
