#pragma once

#include "mirror/raster.hpp"

#include <string>
#include <string_view>

namespace spritefarm::mirror {

/// An endless animation of two frames of one size, in 16 colours of which the first is transparent, with
/// `title` as its comment (at most 255 bytes of it).
std::string encode_gif(const Raster& first, const Raster& second, const std::array<Rgb, ink_count>& palette,
                       std::string_view title);

}  // namespace spritefarm::mirror
