#include "image/xml_tag_reader.hpp"

namespace spritefarm::image {
bool XmlTagReader::skip_past(std::string_view end) {
  const std::size_t found = m_left.find(end);
  if (found == m_left.npos) return false;
  m_left.remove_prefix(found + end.size());
  return true;
}

/// Skips `<!DOCTYPE svg PUBLIC "…" "…" [ declarations ]>`, up to a '>' outside of quotes and brackets.
bool XmlTagReader::skip_document_type() {
  char quote = 0;
  bool in_brackets = false;
  for (std::size_t i = 0; i < m_left.size(); ++i) {
    const char c = m_left[i];
    if (quote) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '[' || c == ']') {
      in_brackets = c == '[';
    } else if (c == '>' && !in_brackets) {
      m_left.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

std::optional<XmlTagReader::Tag> XmlTagReader::next() {
  m_had_text = false;
  m_skipped.clear();
  while (!m_is_broken) {
    const std::size_t start = m_left.find('<');
    m_had_text = m_had_text || m_left.substr(0, start).find_first_not_of(xml_blanks) != m_left.npos;
    if (start == m_left.npos) return std::nullopt;
    m_left.remove_prefix(start);
    if (m_left.starts_with("<!--")) {
      m_left.remove_prefix(4);
      m_is_broken = !skip_past("-->");
    } else if (m_left.starts_with("<![CDATA[")) {
      m_had_text = true;
      m_is_broken = !skip_past("]]>");
    } else if (m_left.starts_with("<?")) {
      const std::string_view from = m_left;
      m_is_broken = !skip_past("?>");
      m_skipped.push_back(from.substr(0, from.size() - m_left.size()));
    } else if (m_left.starts_with("<!")) {
      const std::string_view from = m_left;
      m_is_broken = !skip_document_type();
      m_skipped.push_back(from.substr(0, from.size() - m_left.size()));
    } else {
      return read_tag();
    }
  }
  return std::nullopt;
}

std::optional<XmlTagReader::Tag> XmlTagReader::read_tag() {
  m_is_broken = true;
  Tag tag{Tag::opening, {}};
  m_left.remove_prefix(1);
  if (m_left.starts_with('/')) {
    tag.kind = Tag::closing;
    m_left.remove_prefix(1);
  }
  const std::size_t name_end = m_left.find_first_of(" \t\r\n/><\"'=");
  if (name_end == 0 || name_end == m_left.npos) return std::nullopt;
  tag.name = m_left.substr(0, name_end);
  char quote = 0;
  for (std::size_t i = name_end; i < m_left.size(); ++i) {
    const char c = m_left[i];
    if (quote) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '<') {
      return std::nullopt;
    } else if (c == '>') {
      if (m_left[i - 1] == '/' && tag.kind == Tag::opening) tag.kind = Tag::empty;
      tag.attributes = m_left.substr(name_end, i - name_end);
      m_left.remove_prefix(i + 1);
      m_is_broken = false;
      return tag;
    }
  }
  return std::nullopt;
}

}  // namespace spritefarm::image
