#pragma once

#include "mirror/sprite_tree.hpp"

#include <string>

namespace spritefarm::mirror {

/// The file that a record's leaf links to, in the format that its extension says: drawn here, different for
/// each pokémon and each leaf, always the same for the two.
std::string picture(const Pokemon& pokemon, const SpriteLeaf& leaf);

}  // namespace spritefarm::mirror
