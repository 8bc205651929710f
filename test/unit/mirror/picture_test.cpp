#include "mirror/picture.hpp"

#include "image/image.hpp"
#include "mirror/creature.hpp"
#include "mirror/gif_encoder.hpp"
#include "mirror/raster.hpp"
#include "support/catch.hpp"

#include <zlib.h>

#include <set>

using namespace spritefarm;
using namespace spritefarm::mirror;

namespace {

std::size_t big_endian(std::string_view bytes) {
  std::size_t number = 0;
  for (const char byte : bytes.substr(0, 4)) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

// An independent decoder of PNG files with 4 bits per pixel and the filters None and Up.
std::vector<std::uint8_t> decode_png(std::string_view file) {
  std::string packed;
  for (std::size_t at = 8; at < file.size(); at += 12 + big_endian(file.substr(at))) {
    if (file.substr(at + 4, 4) == "IDAT") packed += file.substr(at + 8, big_endian(file.substr(at)));
  }
  std::string lines(96 * 49, '\0');
  uLongf size = lines.size();
  REQUIRE(uncompress(reinterpret_cast<Bytef*>(lines.data()), &size,
                     reinterpret_cast<const Bytef*>(packed.data()), packed.size()) == Z_OK);
  REQUIRE(size == lines.size());
  std::vector<std::uint8_t> pixels;
  for (std::size_t y = 0; y < 96; ++y) {
    REQUIRE((lines[y * 49] == 0 || lines[y * 49] == 2));
    for (std::size_t x = 1; x < 49; ++x) {
      if (lines[y * 49] == 2)
        lines[y * 49 + x] = static_cast<char>(lines[y * 49 + x] + lines[(y - 1) * 49 + x]);
      const auto byte = static_cast<unsigned char>(lines[y * 49 + x]);
      pixels.insert(pixels.end(),
                    {static_cast<std::uint8_t>(byte >> 4), static_cast<std::uint8_t>(byte & 15)});
    }
  }
  return pixels;
}

// An independent decoder of the first frame of a GIF without a local palette.
std::vector<std::uint8_t> decode_gif(std::string_view file) {
  std::size_t at = 13 + 48;
  while (file.at(at) == '\x21') {
    at += 2;
    while (file.at(at) != 0) at += 1 + static_cast<unsigned char>(file[at]);
    ++at;
  }
  REQUIRE(file.at(at) == '\x2c');
  const unsigned root = static_cast<unsigned char>(file.at(at + 10));
  std::string bytes;
  for (at += 11; file.at(at) != 0; at += 1 + static_cast<unsigned char>(file[at])) {
    bytes += file.substr(at + 1, static_cast<unsigned char>(file[at]));
  }
  const unsigned clear = 1U << root;
  std::vector<std::string> table;
  std::string pixels, last;
  unsigned bits = root + 1;
  for (std::size_t position = 0;;) {
    unsigned code = 0;
    for (unsigned i = 0; i < bits; ++i, ++position) {
      code |= (static_cast<unsigned char>(bytes.at(position / 8)) >> position % 8 & 1U) << i;
    }
    if (code == clear + 1) break;
    if (code == clear) {
      table.clear();
      for (unsigned i = 0; i < clear + 2; ++i) table.emplace_back(1, static_cast<char>(i));
      bits = root + 1;
      last.clear();
      continue;
    }
    REQUIRE(code <= table.size());
    const std::string now = code < table.size() ? table[code] : last + last[0];
    if (!last.empty() && table.size() < 4096) table.push_back(last + now[0]);
    if (table.size() == 1U << bits && bits < 12) ++bits;
    pixels += now;
    last = now;
  }
  return {pixels.begin(), pixels.end()};
}

}  // namespace

TEST_CASE("all pictures are valid, have the format of their extension, and are small and different",
          "[mirror]") {
  const Catalogue catalogue;
  std::set<std::string> seen;
  for (const Pokemon& pokemon : catalogue.all()) {
    if (pokemon.id > 30 && pokemon.id % 100 != 1) continue;
    for (const SpriteLeaf& leaf : sprite_leaves()) {
      if (!has_sprite(pokemon, leaf)) continue;
      const std::string image = picture(pokemon, leaf);
      INFO(pokemon.name << ' ' << leaf.key);
      const auto checked = image::check_image(image);
      REQUIRE(checked);
      CHECK(image::extension(checked->kind) == leaf.extension);
      CHECK(image.size() > 300);
      CHECK(image.size() < 1600);
      CHECK(seen.insert(image).second);
    }
  }
  CHECK(seen.size() > 2000);
}

TEST_CASE("a PNG has the pixels of its raster", "[mirror]") {
  const Catalogue catalogue;
  for (const std::uint32_t id : {1U, 25U, 1000U}) {
    const Pokemon& pokemon = *catalogue.find(std::to_string(id));
    const SpriteLeaf& leaf = sprite_leaves()[4];
    const Creature creature = invent_creature("creature " + std::to_string(id), leaf.key, {});
    CHECK(decode_png(picture(pokemon, leaf)) == draw(creature, 3).pixels);
  }
}

TEST_CASE("a GIF has the pixels of its raster at all code widths", "[mirror]") {
  const Creature creature = invent_creature("any", "look", {});
  Raster raster = draw(creature, 2);
  SECTION("a creature") {}
  SECTION("noise, which fills the code table") {
    std::uint32_t state = 1;
    raster = draw(creature, 8);
    for (auto& pixel : raster.pixels)
      pixel = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 28);
  }
  SECTION("one colour") {
    std::fill(raster.pixels.begin(), raster.pixels.end(), std::uint8_t{3});
  }
  const std::string file = encode_gif(raster, raster, creature.palette, "title");
  REQUIRE(image::check_image(file));
  CHECK(decode_gif(file) == raster.pixels);
}

TEST_CASE("views of one creature differ in colour or shape", "[mirror]") {
  const Creature plain = invent_creature("one", "look", {});
  const Creature shiny = invent_creature("one", "look", {.shiny = true});
  const Creature back = invent_creature("one", "look", {.back = true});
  CHECK(draw(plain, 1).pixels == draw(shiny, 1).pixels);
  const auto red = [](const Creature& creature) { return creature.palette[3].red; };
  CHECK(red(plain) != red(shiny));
  CHECK(red(plain) == red(back));
  CHECK(draw(plain, 1).pixels != draw(back, 1).pixels);
  // Both frames of an animation cover the same pixels.
  for (const bool from_behind : {false, true}) {
    const Raster first = draw(invent_creature("one", "look", {.back = from_behind}), 1);
    const Raster second = draw(invent_creature("one", "look", {.back = from_behind, .second_pose = true}), 1);
    CHECK(first.pixels != second.pixels);
    for (std::size_t i = 0; i < first.pixels.size(); ++i)
      CHECK((first.pixels[i] == 0) == (second.pixels[i] == 0));
  }
}
