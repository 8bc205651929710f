#include "mirror/sprite_tree.hpp"

#include "mirror/seeded_random.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <unordered_map>

namespace spritefarm::mirror {

namespace {

// The tree's keys in the order of the real records, which is alphabetical.
constexpr std::string_view shape =
    "{back_default,back_female,back_shiny,back_shiny_female,front_default,front_female,front_shiny,front_shiny_female,other{dream_world{front_default,front_female},home{front_default,front_female,front_shiny,front_shiny_female},official-artwork{front_default,front_shiny},showdown{back_default,back_female,back_shiny,back_shiny_female,front_default,front_female,front_shiny,front_shiny_female}},versions{generation-i{red-blue{back_default,back_gray,back_transparent,front_default,front_gray,front_transparent},yellow{back_default,back_gray,back_transparent,front_default,front_gray,front_transparent}},generation-ii{crystal{back_default,back_shiny,back_shiny_transparent,back_transparent,front_default,front_shiny,front_shiny_transparent,front_transparent},gold{back_default,back_shiny,front_default,front_shiny,front_transparent},silver{back_default,back_shiny,front_default,front_shiny,front_transparent}},generation-iii{emerald{front_default,front_shiny},firered-leafgreen{back_default,back_shiny,front_default,front_shiny},ruby-sapphire{back_default,back_shiny,front_default,front_shiny}},generation-iv{diamond-pearl{back_default,back_female,back_shiny,back_shiny_female,front_default,front_female,front_shiny,front_shiny_female},heartgold-soulsilver{back_default,back_female,back_shiny,back_shiny_female,front_default,front_female,front_shiny,front_shiny_female},platinum{back_default,back_female,back_shiny,back_shiny_female,front_default,front_female,front_shiny,front_shiny_female}},generation-ix{scarlet-violet{front_default,front_female}},generation-v{black-white{animated{back_default,back_female,back_shiny,back_shiny_female,front_default,front_female,front_shiny,front_shiny_female},back_default,back_female,back_shiny,back_shiny_female,front_default,front_female,front_shiny,front_shiny_female}},generation-vi{omegaruby-alphasapphire{front_default,front_female,front_shiny,front_shiny_female},x-y{front_default,front_female,front_shiny,front_shiny_female}},generation-vii{icons{front_default,front_female},ultra-sun-ultra-moon{front_default,front_female,front_shiny,front_shiny_female}},generation-viii{brilliant-diamond-shining-pearl{front_default,front_female},icons{front_default,front_female}}}}";

// Calls open(key), leaf(key) and close() in the order of the shape.
template <typename Open, typename Leaf, typename Close>
void walk(Open open, Leaf leaf, Close close) {
  std::string_view rest = shape.substr(1);
  while (!rest.empty()) {
    const std::size_t end = rest.find_first_of("{,}");
    const std::string_view key = rest.substr(0, end);
    const char what = rest[end];
    rest.remove_prefix(end + 1);
    if (what == '{') {
      open(key);
    } else {
      if (!key.empty()) leaf(key);
      if (what == '}') close();
    }
  }
}

SpriteLeaf make_leaf(std::string_view group, std::string_view name) {
  SpriteLeaf leaf;
  leaf.key = std::string(group) + std::string(name);
  leaf.directory = group;
  std::replace(leaf.directory.begin(), leaf.directory.end(), '.', '/');
  std::replace(leaf.directory.begin(), leaf.directory.end(), '_', '-');  // of dream_world
  for (const char* word : {"transparent", "back", "gray", "shiny", "female"}) {
    if (name.find(word) != name.npos) leaf.directory += std::string(word) + '/';
  }
  leaf.extension = leaf.has("dream_world")                        ? "svg"
                   : leaf.has("showdown") || leaf.has("animated") ? "gif"
                                                                  : "png";
  return leaf;
}

std::vector<SpriteLeaf> make_leaves() {
  std::vector<SpriteLeaf> leaves;
  std::vector<std::size_t> group_ends{0};
  std::string group;
  walk(
      [&](std::string_view key) {
        group_ends.push_back(group.size());
        group += std::string(key) + '.';
      },
      [&](std::string_view key) { leaves.push_back(make_leaf(group, key)); },
      [&] {
        group.resize(group_ends.back());
        group_ends.pop_back();
      });
  return leaves;
}

constexpr std::uint32_t pikachu = 25;

bool without_front_default(std::uint32_t id) {
  return id == 10158 || id == 10159 || (id >= 10264 && id <= 10271) || id == 10301;
}

bool without_any(std::uint32_t id) {
  return (id >= 10265 && id <= 10267) || (id >= 10269 && id <= 10271);
}

// The generation of the games that a picture is from; 0 if it is from no game.
int generation_of(const SpriteLeaf& leaf) {
  constexpr std::array<std::string_view, 9> numerals{"i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"};
  for (std::size_t i = 0; i < numerals.size(); ++i) {
    if (leaf.has("generation-" + std::string(numerals[i]) + '.')) return static_cast<int>(i) + 1;
  }
  return 0;
}

// Keys that are null in every real record.
bool always_null(const SpriteLeaf& leaf) {
  return leaf.key == "other.dream_world.front_female" || leaf.key == "other.showdown.back_shiny_female" ||
         leaf.key == "versions.generation-vii.icons.front_female" ||
         leaf.key == "versions.generation-ix.scarlet-violet.front_female" ||
         leaf.key == "versions.generation-viii.brilliant-diamond-shining-pearl.front_female";
}

}  // namespace

const std::vector<SpriteLeaf>& sprite_leaves() {
  static const std::vector<SpriteLeaf> leaves = make_leaves();
  return leaves;
}

bool has_sprite(const Pokemon& pokemon, const SpriteLeaf& leaf) {
  const std::uint32_t id = pokemon.id;
  if (always_null(leaf) || without_any(id)) return false;
  if (leaf.key == "front_default") return !without_front_default(id);
  if (id == pikachu) return true;

  const std::string number = std::to_string(id);
  if (leaf.has("female")) {
    const bool looks_different = SeededRandom("female " + number).chance(id < 10000 ? 0.16 : 0.03);
    if (!looks_different || leaf.has("icons")) return false;
  }
  const int games = generation_of(leaf);
  if (games != 0) {
    if (games < generation_of(id)) return false;
    return games < 7 || SeededRandom("games " + std::to_string(games) + ' ' + number).chance(0.9);
  }
  if (leaf.has("dream_world")) return generation_of(id) <= 5;
  if (leaf.has("showdown")) return SeededRandom("showdown " + number).chance(id < 10000 ? 0.97 : 0.75);
  if (leaf.has("back")) return generation_of(id) <= 5 || SeededRandom("back " + number).chance(0.6);
  return true;
}

std::string sprite_path(const Pokemon& pokemon, const SpriteLeaf& leaf) {
  return std::string(sprite_prefix) + leaf.directory + std::to_string(pokemon.id) + '.' + leaf.extension;
}

void append_sprite_tree(std::string& document, const Pokemon& pokemon, std::string_view origin) {
  auto leaf = sprite_leaves().begin();
  const auto append_key = [&](std::string_view key) {
    if (document.back() != '{') document += ',';
    document.append("\"").append(key).append("\":");
  };
  document += '{';
  walk(
      [&](std::string_view key) {
        append_key(key);
        document += '{';
      },
      [&](std::string_view key) {
        append_key(key);
        if (has_sprite(pokemon, *leaf)) {
          document.append("\"").append(origin).append(sprite_path(pokemon, *leaf)).append("\"");
        } else {
          document += "null";
        }
        ++leaf;
      },
      [&] { document += '}'; });
}

FoundSprite find_sprite(const Catalogue& catalogue, std::string_view path) {
  static const auto leaves = [] {
    std::unordered_map<std::string, const SpriteLeaf*> by_directory;
    for (const SpriteLeaf& leaf : sprite_leaves())
      by_directory.emplace(leaf.directory + '.' + leaf.extension, &leaf);
    return by_directory;
  }();
  if (path.substr(0, sprite_prefix.size()) != sprite_prefix) return {};
  path.remove_prefix(sprite_prefix.size());
  const std::size_t name = path.rfind('/') + 1;  // 0 without a slash
  const std::size_t dot = path.find('.', name);
  if (dot == path.npos) return {};

  const auto id = parse_id(path.substr(name, dot - name));
  const auto leaf = leaves.find(std::string(path.substr(0, name)).append(path.substr(dot)));
  const Pokemon* pokemon = id ? catalogue.find(path.substr(name, dot - name)) : nullptr;
  if (pokemon == nullptr || leaf == leaves.end() || !has_sprite(*pokemon, *leaf->second)) return {};
  return {pokemon, leaf->second};
}

}  // namespace spritefarm::mirror
