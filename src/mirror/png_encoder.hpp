#pragma once

#include "mirror/raster.hpp"

#include <string>
#include <string_view>

namespace spritefarm::mirror {

/// A PNG file in 16 colours. The first colour is transparent. `title` is a text chunk. The width of `raster`
/// must be even. Throws std::runtime_error if zlib fails.
std::string encode_png(const Raster& raster, const std::array<Rgb, ink_count>& palette,
                       std::string_view title);

}  // namespace spritefarm::mirror
