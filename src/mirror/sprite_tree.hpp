#pragma once

#include "mirror/catalogue.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::mirror {

/// One of the 124 leaf keys of a record's `sprites` tree.
struct SpriteLeaf {
  std::string key;  ///< with dots: "other.dream_world.front_default"
  std::string
      directory;  ///< of its picture, below sprites/pokemon/: "other/dream-world/", "" for front_default
  std::string extension;  ///< png, gif or svg

  [[nodiscard]] bool has(std::string_view word) const { return key.find(word) != std::string::npos; }
};

/// Where every picture's path begins.
inline constexpr std::string_view sprite_prefix = "/PokeAPI/sprites/master/sprites/pokemon/";

/// In the order of the document.
const std::vector<SpriteLeaf>& sprite_leaves();

/// Whether this pokémon's record has a picture there; null otherwise. The distribution is that of the real
/// records: about 29 pictures for half of the pokémon, up to 119, none for six; the eleven without
/// `front_default` are the real eleven.
bool has_sprite(const Pokemon& pokemon, const SpriteLeaf& leaf);

/// The picture's path on its server.
std::string sprite_path(const Pokemon& pokemon, const SpriteLeaf& leaf);

/// Writes the tree as JSON. `origin` ("http://host:port") stands before every path.
void append_sprite_tree(std::string& document, const Pokemon& pokemon, std::string_view origin);

struct FoundSprite {
  const Pokemon* pokemon = nullptr;
  const SpriteLeaf* leaf = nullptr;
};

/// What the picture at this path shows; nulls if no record links to it.
FoundSprite find_sprite(const Catalogue& catalogue, std::string_view path);

}  // namespace spritefarm::mirror
