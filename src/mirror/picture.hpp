#pragma once

#include "mirror/sprite_tree.hpp"

#include <string>

namespace spritefarm::mirror {

/// The image file of a leaf of a record, in the format of the leaf's extension. Different for each pokémon
/// and leaf, and deterministic.
std::string picture(const Pokemon& pokemon, const SpriteLeaf& leaf);

}  // namespace spritefarm::mirror
