#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace spritefarm::mirror {

/// How a creature is shown.
struct CreatureView {
  bool back = false;
  bool shiny = false;
  bool gray = false;
  bool female = false;
  bool second_pose = false;  ///< of an animation: eyes shut, or breathing; the same outline
};

struct Rgb {
  std::uint8_t red = 0, green = 0, blue = 0;
};

/// What a creature is coloured with. An index into its palette; the shaded ones take three places: in the
/// dark, plain, in the light.
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

/// An ellipse in a square of `creature_side`, y downwards.
struct Part {
  double x = 0, y = 0, width = 0, height = 0;  ///< centre and half axes
  Ink ink = Ink::none;
};
inline constexpr int creature_side = 32;

/// An invented animal made of ellipses, from the rearmost to the foremost, symmetrical: what all pictures of
/// the mirror show. Drawn as pixels by Raster and as it is by the SVG writer.
struct Creature {
  std::vector<Part> parts;
  std::array<Rgb, ink_count> palette;
};

/// The same creature for the same `kind`; `look` varies its colours and posture a little.
Creature invent_creature(std::string_view kind, std::string_view look, const CreatureView& view);

}  // namespace spritefarm::mirror
