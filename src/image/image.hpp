#pragma once

#include "base/result.hpp"

#include <string_view>

namespace spritefarm::image {

enum class ImageKind { png, gif, svg };

/// The usual file name extension, without a dot.
std::string_view extension(ImageKind kind);

/// Recognises the format of an image by its bytes and verifies that it is complete. PNG: signature, chunk
/// lengths and CRCs up to IEND. GIF: block structure up to the trailer. SVG: root element and its end tag.
/// Fails for anything else.
Result<ImageKind> check_image(std::string_view bytes);

}  // namespace spritefarm::image
