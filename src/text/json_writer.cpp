#include "text/json_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace spritefarm::text {
namespace {

/// The length of the UTF-8 character at the start of `text`; 0 if the bytes there are not well-formed UTF-8.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [text](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned lead = byte(0);
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xc2 ? 0
                             : lead < 0xe0 ? 2
                             : lead < 0xf0 ? 3
                             : lead < 0xf5 ? 4
                                           : 0;
  if (length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  const bool overlong = (lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xf0 && byte(1) < 0x90);
  const bool beyond = (lead == 0xed && byte(1) > 0x9f) || (lead == 0xf4 && byte(1) > 0x8f);
  return overlong || beyond ? 0 : length;
}

}  // namespace

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  quote(name);
  m_text += ": ";
  m_first = true;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  separate();
  quote(text);
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  separate();
  m_text += fmt::format("{:.3f}", number);
  return *this;
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  m_text += bracket;
  m_first = true;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  m_text += bracket;
  m_first = false;
  return *this;
}

void JsonWriter::separate() {
  if (!std::exchange(m_first, false)) m_text += ", ";
}

void JsonWriter::quote(std::string_view text) {
  m_text += '"';
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const unsigned char first = static_cast<unsigned char>(text.front());
    if (length == 0)
      m_text += "\xef\xbf\xbd";  // U+FFFD, the replacement character
    else if (first == '"' || first == '\\')
      m_text += {'\\', text.front()};
    else if (first < 0x20)
      m_text += fmt::format("\\u{:04x}", first);
    else
      m_text += text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  m_text += '"';
}

}  // namespace spritefarm::text
