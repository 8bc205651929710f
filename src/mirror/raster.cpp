#include "mirror/raster.hpp"

#include <algorithm>

namespace spritefarm::mirror {

namespace {

constexpr int side = creature_side;

void paint(Raster& raster, const Part& part) {
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const double across = (x + 0.5 - side / 2.0 - part.x) / part.width;
      const double down = (y + 0.5 - part.y) / part.height;
      if (across * across + down * down > 1) continue;
      const double depth = across + 1.4 * down;
      const int shade = !is_shaded(part.ink) ? 0 : depth < -0.55 ? 2 : depth > 0.85 ? 0 : 1;
      raster.pixels[static_cast<std::size_t>(y * side + x)] =
          static_cast<std::uint8_t>(static_cast<int>(part.ink) + shade);
    }
  }
}

void outline(Raster& raster) {
  const Raster before = raster;
  const auto filled = [&](int x, int y) {
    return x >= 0 && y >= 0 && x < side && y < side && before.at(x, y) != 0;
  };
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      if (filled(x, y)) continue;
      if (filled(x - 1, y) || filled(x + 1, y) || filled(x, y - 1) || filled(x, y + 1)) {
        raster.pixels[static_cast<std::size_t>(y * side + x)] = static_cast<std::uint8_t>(Ink::outline);
      }
    }
  }
}

}  // namespace

Raster draw(const Creature& creature, int scale) {
  Raster small{side, side, std::vector<std::uint8_t>(side * side)};
  for (const Part& part : creature.parts) paint(small, part);
  outline(small);

  Raster large{side * scale, side * scale, {}};
  large.pixels.reserve(static_cast<std::size_t>(large.width) * static_cast<std::size_t>(large.height));
  for (int y = 0; y < large.height; ++y) {
    for (int x = 0; x < large.width; ++x) large.pixels.push_back(small.at(x / scale, y / scale));
  }
  return large;
}

Area difference(const Raster& a, const Raster& b) {
  int left = a.width, right = -1, top = a.height, bottom = -1;
  for (int y = 0; y < a.height; ++y) {
    for (int x = 0; x < a.width; ++x) {
      if (a.at(x, y) == b.at(x, y)) continue;
      left = std::min(left, x);
      right = std::max(right, x);
      top = std::min(top, y);
      bottom = std::max(bottom, y);
    }
  }
  if (right < 0) return {0, 0, 1, 1};
  return {left, top, right - left + 1, bottom - top + 1};
}

Raster crop(const Raster& raster, const Area& area) {
  Raster part{area.width, area.height, {}};
  for (int y = 0; y < area.height; ++y) {
    for (int x = 0; x < area.width; ++x) part.pixels.push_back(raster.at(area.left + x, area.top + y));
  }
  return part;
}

}  // namespace spritefarm::mirror
