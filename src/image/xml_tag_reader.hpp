#pragma once

#include <optional>
#include <string_view>

namespace spritefarm::image {

/// The tags of an XML document, one after another, with all else (text, comments, CDATA sections, processing
/// instructions, the document type) passed over. Reads only as much of XML as is needed to see whether every
/// element is closed. A value, valid as long as the text.
class XmlTagReader {
 public:
  struct Tag {
    enum Kind { opening, closing, empty } kind;
    std::string_view name;
  };

  explicit XmlTagReader(std::string_view text) : m_left(text) {}

  /// Nothing at the end, or where something has begun that does not end: is_broken() tells which.
  std::optional<Tag> next();
  [[nodiscard]] bool is_broken() const noexcept { return m_is_broken; }
  /// Whether there was text other than blanks before the tag that next() gave last, or before the end.
  [[nodiscard]] bool had_text() const noexcept { return m_had_text; }

 private:
  bool skip_past(std::string_view end);
  bool skip_document_type();
  std::optional<Tag> read_tag();

  std::string_view m_left;
  bool m_is_broken = false;
  bool m_had_text = false;
};

}  // namespace spritefarm::image
