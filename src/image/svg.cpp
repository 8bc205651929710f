#include "image/image_formats.hpp"
#include "image/xml_tag_reader.hpp"
#include "text/printable_text.hpp"

#include <vector>

namespace spritefarm::image {
namespace {

bool is_svg_name(std::string_view name) {
  return name.substr(name.rfind(':') + 1) == "svg";  // `svg:svg` if the namespace has a prefix
}

}  // namespace

Result<void> check_svg(std::string_view bytes) {
  const Error damaged{"damaged or truncated SVG image"};
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  if (bytes.find('\0') != bytes.npos) return Error{"invalid SVG image: it contains a zero byte"};
  XmlTagReader reader(bytes);
  std::vector<std::string_view> open;
  bool has_root = false;
  while (const auto tag = reader.next()) {
    if (open.empty() && reader.had_text())
      return Error{"invalid SVG image: text outside of its root element"};
    if (tag->kind == XmlTagReader::Tag::closing) {
      if (open.empty() || open.back() != tag->name) return damaged;
      open.pop_back();
      continue;
    }
    if (open.empty()) {
      if (has_root) return Error{"invalid SVG image: data after its end"};
      if (!is_svg_name(tag->name))
        return Error{"received a <" + text::excerpt(tag->name, 40) + "> document instead of an image"};
      has_root = true;
    }
    if (tag->kind == XmlTagReader::Tag::opening) open.push_back(tag->name);
  }
  if (reader.is_broken() || !open.empty() || !has_root) return damaged;
  if (reader.had_text()) return Error{"invalid SVG image: data after its end"};
  return {};
}

}  // namespace spritefarm::image
