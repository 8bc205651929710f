#pragma once

#include "mirror/raster.hpp"

#include <string>
#include <string_view>

namespace spritefarm::mirror {

/// An endless animation of two frames of equal size in 16 colours. The first colour is transparent. `title`,
/// cut to 255 bytes, is the comment.
std::string encode_gif(const Raster& first, const Raster& second, const std::array<Rgb, ink_count>& palette,
                       std::string_view title);

}  // namespace spritefarm::mirror
