#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace spritefarm::image {

inline constexpr std::string_view xml_blanks = " \t\r\n";

/// Reads the tags of an XML document one after another. Skips text, comments, CDATA sections, processing
/// instructions and the document type. Not a full XML parser: it serves to check that every element is closed
/// and none is dangerous. A value; valid as long as the text.
class XmlTagReader {
 public:
  struct Tag {
    enum Kind { opening, closing, empty } kind;
    std::string_view name;
    std::string_view attributes{};  ///< as they stand in the tag
  };

  explicit XmlTagReader(std::string_view text) : m_left(text) {}

  /// The next tag; none at the end of the document, or if a construct is not closed (is_broken()).
  std::optional<Tag> next();
  [[nodiscard]] bool is_broken() const noexcept { return m_is_broken; }
  /// Whether text other than blanks preceded the last result of next().
  [[nodiscard]] bool had_text() const noexcept { return m_had_text; }
  /// The declarations `<!…>` and processing instructions `<?…?>` that next() has skipped.
  [[nodiscard]] const std::vector<std::string_view>& skipped() const noexcept { return m_skipped; }
  /// What follows the last tag.
  [[nodiscard]] std::string_view left() const noexcept { return m_left; }

 private:
  bool skip_past(std::string_view end);
  bool skip_document_type();
  std::optional<Tag> read_tag();

  std::string_view m_left;
  std::vector<std::string_view> m_skipped;
  bool m_is_broken = false;
  bool m_had_text = false;
};

}  // namespace spritefarm::image
