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

Result<CheckedImage> checked(const Result<std::size_t>& bytes_after_end, ImageKind kind) {
  if (!bytes_after_end) return bytes_after_end.error();
  return CheckedImage{kind, *bytes_after_end};
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

Result<CheckedImage> check_image(std::string_view bytes) {
  if (bytes.empty()) return Error{"received an empty response instead of an image; try again later"};
  if (bytes.starts_with("\x89PNG\r\n\x1a\n"sv)) return checked(check_png(bytes), ImageKind::png);
  if (bytes.starts_with("GIF87a"sv) || bytes.starts_with("GIF89a"sv))
    return checked(check_gif(bytes), ImageKind::gif);
  if (looks_like_markup(bytes)) return checked(check_svg(bytes), ImageKind::svg);
  return Error{"not a PNG, GIF or SVG image"};
}

}  // namespace spritefarm::image
