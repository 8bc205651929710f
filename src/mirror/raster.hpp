#pragma once

#include "mirror/creature.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace spritefarm::mirror {

/// Pixels of palette indices, row by row from the top.
struct Raster {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> pixels;

  [[nodiscard]] std::uint8_t at(int x, int y) const {
    return pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                  static_cast<std::size_t>(x)];
  }
};

/// The creature in light from the upper left, with an outline, `scale` pixels for each of its units.
Raster draw(const Creature& creature, int scale);

/// A rectangle of a raster.
struct Area {
  int left = 0, top = 0, width = 0, height = 0;
};

/// The smallest area in which two rasters of one size differ; at least one pixel.
Area difference(const Raster& one, const Raster& other);

Raster crop(const Raster& raster, const Area& area);

}  // namespace spritefarm::mirror
