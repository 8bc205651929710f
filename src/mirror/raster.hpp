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

/// Draws the creature lit from the upper left, with an outline, at `scale` pixels per unit.
Raster draw(const Creature& creature, int scale);

/// A rectangle of a raster.
struct Area {
  int left = 0, top = 0, width = 0, height = 0;
};

/// The bounding box of the differences between two rasters of equal size; one pixel if they are equal.
Area difference(const Raster& a, const Raster& b);

Raster crop(const Raster& raster, const Area& area);

}  // namespace spritefarm::mirror
