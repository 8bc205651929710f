#include "text/json_writer.hpp"

#include "text/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace spritefarm::text {
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
    const Utf8Character character = first_character(text);
    if (character.is_malformed())
      m_text += "\xef\xbf\xbd";  // U+FFFD, the replacement character
    else if (character.code == '"' || character.code == '\\')
      m_text += {'\\', text.front()};
    else if (is_deceptive(character.code))
      m_text += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(character.code));
    else
      m_text += text.substr(0, character.size);
    text.remove_prefix(std::max<std::size_t>(character.size, 1));
  }
  m_text += '"';
}

}  // namespace spritefarm::text
