#pragma once

#include "mirror/catalogue.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::mirror {

/// One of the 124 leaf keys of a record's `sprites` tree.
struct SpriteLeaf {
  std::string key;        ///< with dots: "other.dream_world.front_default"
  std::string directory;  ///< below sprites/pokemon/: "other/dream-world/"; "" for front_default
  std::string extension;  ///< png, gif or svg

  [[nodiscard]] bool has(std::string_view word) const { return key.find(word) != std::string::npos; }
};

/// The common prefix of the paths of all pictures.
inline constexpr std::string_view sprite_prefix = "/PokeAPI/sprites/master/sprites/pokemon/";

/// All leaves in the order of the document.
const std::vector<SpriteLeaf>& sprite_leaves();

/// Whether the record of `pokemon` links to a picture at this leaf; else the leaf is null. The distribution
/// is that of the real records: a median of about 29 pictures, at most 119, none for six pokémon. The eleven
/// pokémon without `front_default` are those of the real records.
bool has_sprite(const Pokemon& pokemon, const SpriteLeaf& leaf);

/// The path of the picture on its server.
std::string sprite_path(const Pokemon& pokemon, const SpriteLeaf& leaf);

/// Appends the tree as JSON. `origin` ("http://host:port") is the prefix of all paths.
void append_sprite_tree(std::string& document, const Pokemon& pokemon, std::string_view origin);

struct FoundSprite {
  const Pokemon* pokemon = nullptr;
  const SpriteLeaf* leaf = nullptr;
};

/// Finds the pokémon and leaf of the picture at `path`. Both are null if no record links to it.
FoundSprite find_sprite(const Catalogue& catalogue, std::string_view path);

}  // namespace spritefarm::mirror
