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

Result<ImageKind> verdict(ImageKind kind, std::optional<Error> fault) {
  if (fault) return *std::move(fault);
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
  if (bytes.empty()) return Error{"an empty answer instead of an image"};
  if (bytes.starts_with("\x89PNG\r\n\x1a\n"sv)) return verdict(ImageKind::png, find_png_fault(bytes));
  if (bytes.starts_with("GIF87a"sv) || bytes.starts_with("GIF89a"sv))
    return verdict(ImageKind::gif, find_gif_fault(bytes));
  if (looks_like_markup(bytes)) return verdict(ImageKind::svg, find_svg_fault(bytes));
  return Error{"no PNG, GIF or SVG image"};
}

}  // namespace spritefarm::image
