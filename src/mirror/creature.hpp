#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace spritefarm::mirror {

/// The variant of a creature that a picture shows.
struct CreatureView {
  bool back = false;
  bool shiny = false;
  bool gray = false;
  bool female = false;
  bool second_pose = false;  ///< second frame of an animation: eyes shut or breathing, same outline
};

struct Rgb {
  std::uint8_t red = 0, green = 0, blue = 0;
};

/// An index into the palette of a creature. A shaded ink has three entries: dark, plain, light.
enum class Ink : std::uint8_t {
  none = 0,
  outline = 1,
  fur = 2,
  trim = 5,
  belly = 8,
  white = 11,
  pupil = 12,
  cheek = 13,
  bow = 14,
};
inline constexpr std::size_t ink_count = 16;
constexpr bool is_shaded(Ink ink) noexcept {
  return ink >= Ink::fur && ink < Ink::white;
}

/// An ellipse in a square of `creature_side` units. x is 0 in the middle; y is 0 at the top.
struct Part {
  double x = 0, y = 0, width = 0, height = 0;  ///< centre and half axes
  Ink ink = Ink::none;
};
inline constexpr int creature_side = 32;

/// An invented, symmetrical animal made of ellipses, ordered from back to front. All pictures of the mirror
/// show creatures: as pixels (Raster) or as ellipses (write_svg()).
struct Creature {
  std::vector<Part> parts;
  std::array<Rgb, ink_count> palette;
};

/// Deterministic: `kind` decides the creature, `look` varies its colours and posture a little.
Creature invent_creature(std::string_view kind, std::string_view look, const CreatureView& view);

}  // namespace spritefarm::mirror
