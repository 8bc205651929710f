#include "mirror/picture.hpp"

#include "mirror/creature.hpp"
#include "mirror/gif_encoder.hpp"
#include "mirror/png_encoder.hpp"
#include "mirror/raster.hpp"
#include "mirror/svg_writer.hpp"

namespace spritefarm::mirror {

std::string picture(const Pokemon& pokemon, const SpriteLeaf& leaf) {
  const CreatureView view{.back = leaf.has("back"),
                          .shiny = leaf.has("shiny"),
                          .gray = leaf.has("gray"),
                          .female = leaf.has("female")};
  const std::string kind = "creature " + std::to_string(pokemon.id);
  const std::string title = pokemon.name + ' ' + leaf.key;
  const Creature creature = invent_creature(kind, leaf.key, view);
  if (leaf.extension == "svg") return write_svg(creature, title);
  if (leaf.extension == "png") return encode_png(draw(creature, 3), creature.palette, title);

  CreatureView second = view;
  second.second_pose = true;
  return encode_gif(draw(creature, 2), draw(invent_creature(kind, leaf.key, second), 2), creature.palette,
                    title);
}

}  // namespace spritefarm::mirror
