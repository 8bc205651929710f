#pragma once

#include "mirror/raster.hpp"

#include <string>
#include <string_view>

namespace spritefarm::mirror {

/// A PNG file of 16 colours, of which the first is transparent, with `title` as its text chunk. The width is
/// even.
std::string encode_png(const Raster& raster, const std::array<Rgb, ink_count>& palette,
                       std::string_view title);

}  // namespace spritefarm::mirror
