#include "image/image.hpp"

#include "image/image_formats.hpp"

namespace spritefarm::image {
namespace {

using namespace std::string_view_literals;

bool looks_like_markup(std::string_view bytes) {
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  return first != bytes.npos && bytes[first] == '<';
}

Result<ImageKind> kind_if(const Result<void>& valid, ImageKind kind) {
  if (!valid) return valid.error();
  return kind;
}

}  // namespace

std::string_view extension(ImageKind kind) {
  switch (kind) {
    case ImageKind::png:
      return "png";
    case ImageKind::gif:
      return "gif";
    case ImageKind::svg:
      return "svg";
  }
  return {};
}

Result<ImageKind> check_image(std::string_view bytes) {
  if (bytes.empty()) return Error{"received an empty response instead of an image; try again later"};
  if (bytes.starts_with("\x89PNG\r\n\x1a\n"sv)) return kind_if(check_png(bytes), ImageKind::png);
  if (bytes.starts_with("GIF87a"sv) || bytes.starts_with("GIF89a"sv))
    return kind_if(check_gif(bytes), ImageKind::gif);
  if (looks_like_markup(bytes)) return kind_if(check_svg(bytes), ImageKind::svg);
  return Error{"not a PNG, GIF or SVG image"};
}

}  // namespace spritefarm::image
