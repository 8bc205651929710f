#include "mirror/svg_writer.hpp"

#include <fmt/format.h>

#include <iterator>

namespace spritefarm::mirror {

std::string write_svg(const Creature& creature, std::string_view title) {
  const auto web_colour = [&](Ink ink) {
    const Rgb& rgb = creature.palette[static_cast<std::size_t>(ink) + (is_shaded(ink) ? 1 : 0)];
    return fmt::format("#{:02x}{:02x}{:02x}", rgb.red, rgb.green, rgb.blue);
  };
  constexpr double half = creature_side / 2.0;
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{} 0 {} {}\"><title>{}</title><g stroke=\"{}\" "
      "stroke-width=\".4\">",
      -half, creature_side, creature_side, title, web_colour(Ink::outline));
  for (const Part& part : creature.parts) {
    fmt::format_to(std::back_inserter(svg),
                   "<ellipse cx=\"{:.1f}\" cy=\"{:.1f}\" rx=\"{:.1f}\" ry=\"{:.1f}\" fill=\"{}\"/>", part.x,
                   part.y, part.width, part.height, web_colour(part.ink));
  }
  return svg += "</g></svg>\n";
}

}  // namespace spritefarm::mirror
