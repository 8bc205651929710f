#pragma once

#include "base/result.hpp"

#include <string_view>

namespace spritefarm::image {

enum class ImageKind { png, gif, svg };

/// The usual file name extension, without a dot.
std::string_view extension(ImageKind kind);

/// Recognises an image by its bytes and checks that it is whole: a PNG's signature, chunk lengths and CRCs up
/// to IEND; a GIF's blocks up to its trailer; an SVG's root element and its end. An Error says what is wrong.
Result<ImageKind> check_image(std::string_view bytes);

}  // namespace spritefarm::image
