#include "image/image_formats.hpp"
#include "image/svg_hazard.hpp"
#include "image/xml_tag_reader.hpp"
#include "text/printable_text.hpp"

#include <string>
#include <vector>

namespace spritefarm::image {
namespace {

constexpr std::size_t max_depth = 1000;  // of elements; browsers have limits, too

/// What is dangerous in a tag and in what precedes it; empty: nothing.
std::string_view hazard_of(const XmlTagReader& reader, const XmlTagReader::Tag& tag) {
  for (const std::string_view skipped : reader.skipped())
    if (const std::string_view hazard = hazard_of_skipped(skipped); !hazard.empty()) return hazard;
  return hazard_of(tag);
}

bool is_svg_name(std::string_view name) {
  return name.substr(name.rfind(':') + 1) == "svg";  // `svg:svg` if the namespace has a prefix
}

}  // namespace

Result<std::size_t> check_svg(std::string_view bytes) {
  const Error damaged{"damaged or truncated SVG image"};
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  XmlTagReader reader(bytes);
  std::vector<std::string_view> open;
  do {
    const auto tag = reader.next();
    if (!tag) return damaged;
    if (tag->kind == XmlTagReader::Tag::closing) {
      if (open.empty() || open.back() != tag->name) return damaged;
      open.pop_back();
      continue;
    }
    if (open.empty()) {
      if (reader.had_text()) return Error{"invalid SVG image: text outside of its root element"};
      if (!is_svg_name(tag->name))
        return Error{"received a <" + text::excerpt(tag->name, 40) + "> document instead of an image"};
    }
    if (const std::string_view hazard = hazard_of(reader, *tag); !hazard.empty())
      return Error{"refused SVG image: it contains " + std::string(hazard)};
    if (open.size() > max_depth) return Error{"refused SVG image: its elements are nested too deep"};
    if (tag->kind == XmlTagReader::Tag::opening) open.push_back(tag->name);
  } while (!open.empty());

  const std::string_view after = reader.left();
  if (bytes.substr(0, bytes.size() - after.size()).find('\0') != bytes.npos)
    return Error{"invalid SVG image: it contains a zero byte"};
  // Blanks, comments and processing instructions may follow the root element.
  const bool is_allowed = !reader.next() && !reader.is_broken() && !reader.had_text();
  return is_allowed ? 0 : after.size();
}

}  // namespace spritefarm::image
