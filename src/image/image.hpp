#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <string_view>

namespace spritefarm::image {

constexpr std::size_t max_bytes = 8 << 20;  ///< the limit of a file; the largest real one has 1 MB

enum class ImageKind { png, gif, svg };

/// The usual file name extension, without a dot.
std::string_view extension(ImageKind kind);

struct CheckedImage {
  ImageKind kind = ImageKind::png;
  std::size_t bytes_after_end = 0;  ///< 0 too for what may follow the end: zeros of a GIF, comments of an SVG
};

/// Recognises the format of an image by its bytes and verifies that it is complete. PNG: signature, chunk
/// lengths and CRCs up to IEND. GIF: block structure up to the trailer. SVG: root element and its end tag.
/// Anything may follow the end, as viewers ignore it. Fails for anything else.
Result<CheckedImage> check_image(std::string_view bytes);

}  // namespace spritefarm::image
