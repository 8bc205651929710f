#include "mirror/record_document.hpp"

#include "mirror/entity_tag.hpp"
#include "mirror/index_document.hpp"
#include "mirror/sprite_tree.hpp"
#include "pokeapi/etag.hpp"
#include "pokeapi/index_page.hpp"
#include "pokeapi/record.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <map>

using namespace spritefarm;
using namespace spritefarm::mirror;

namespace {
constexpr const char* origin = "http://mirror.test";
}

TEST_CASE("records have the structure, sizes and nulls of the real records", "[mirror]") {
  const Catalogue catalogue;
  REQUIRE(catalogue.all().size() == 1351);
  REQUIRE(sprite_leaves().size() == 124);
  std::vector<std::size_t> sizes, pictures;
  std::vector<double> offsets;
  std::vector<std::uint32_t> without_front;
  for (const Pokemon& pokemon : catalogue.all()) {
    const std::string document = record_document(pokemon, origin);
    sizes.push_back(document.size());
    offsets.push_back(static_cast<double>(document.find("\"sprites\":")) /
                      static_cast<double>(document.size()));
    const auto record = pokeapi::parse_record(document, "https://pokeapi.test/api/v2/pokemon/1/");
    INFO(pokemon.name);
    REQUIRE(record);
    CHECK(record->id == pokemon.id);
    CHECK(record->name == pokemon.name);
    REQUIRE(record->sprites.size() == 124);
    std::size_t present = 0;
    for (std::size_t i = 0; i < 124; ++i) {
      const pokeapi::SpriteLeaf& leaf = record->sprites[i];
      CHECK(leaf.key == sprite_leaves()[i].key);
      present += leaf.url.empty() ? 0 : 1;
      if (leaf.key == "front_default" && leaf.url.empty()) without_front.push_back(pokemon.id);
    }
    pictures.push_back(present);
  }
  CHECK(pictures[24] == 119);
  for (auto* list : {&sizes, &pictures}) std::sort(list->begin(), list->end());
  std::sort(offsets.begin(), offsets.end());
  CHECK(sizes.front() >= 4'900);
  CHECK(sizes[675] > 85'000);
  CHECK(sizes[675] < 115'000);
  CHECK(sizes.back() > 500'000);
  CHECK(sizes.back() < 700'000);
  CHECK(offsets[675] > 0.88);
  CHECK(offsets[675] < 0.95);
  CHECK(pictures.front() == 0);
  CHECK(std::count(pictures.begin(), pictures.end(), 0U) == 6);
  CHECK(pictures[675] >= 25);
  CHECK(pictures[675] <= 33);
  CHECK(without_front == std::vector<std::uint32_t>{10158, 10159, 10264, 10265, 10266, 10267, 10268, 10269,
                                                    10270, 10271, 10301});
}

TEST_CASE("find_sprite() finds the picture of every link", "[mirror]") {
  const Catalogue catalogue;
  for (const char* name : {"pikachu", "missingno", "10033", "1025"}) {
    const Pokemon* pokemon = catalogue.find(name);
    if (std::string_view(name) == "missingno") {
      CHECK(pokemon == nullptr);
      continue;
    }
    REQUIRE(pokemon != nullptr);
    for (const SpriteLeaf& leaf : sprite_leaves()) {
      const FoundSprite found = find_sprite(catalogue, sprite_path(*pokemon, leaf));
      if (has_sprite(*pokemon, leaf)) {
        CHECK(found.pokemon == pokemon);
        CHECK(found.leaf == &leaf);
      } else {
        CHECK(found.pokemon == nullptr);
      }
    }
  }
  CHECK(sprite_path(*catalogue.find("25"), sprite_leaves()[8]) ==
        "/PokeAPI/sprites/master/sprites/pokemon/other/dream-world/25.svg");
  for (const char* path :
       {"", "/", "/PokeAPI/sprites/master/sprites/pokemon/", "25.png",
        "/PokeAPI/sprites/master/sprites/pokemon/025.png", "/PokeAPI/sprites/master/sprites/pokemon/25.gif",
        "/PokeAPI/sprites/master/sprites/pokemon/99999999999.png",
        "/PokeAPI/sprites/master/sprites/pokemon//25.png"}) {
    INFO(path);
    CHECK(find_sprite(catalogue, path).pokemon == nullptr);
  }
}

TEST_CASE("index pages have the limits and offsets of the real server", "[mirror]") {
  const Catalogue catalogue;
  struct Case {
    const char* query;
    std::size_t items;
    const char* next;
    const char* previous;
  };
  for (const Case& page_case :
       {Case{"", 20, "?offset=20&limit=20", ""}, Case{"limit=0", 20, "?offset=20&limit=20", ""},
        Case{"limit=x&offset=y", 20, "?offset=20&limit=20", ""},
        Case{"limit=100&offset=1200", 100, "?offset=1300&limit=51", "?offset=1100&limit=100"},
        Case{"offset=1340&limit=20", 11, "", "?offset=1320&limit=20"},
        Case{"limit=20&offset=10", 20, "?offset=30&limit=20", "?offset=0&limit=10"},
        Case{"limit=100000&offset=0", 1351, "", ""}, Case{"limit=7abc", 7, "?offset=7&limit=7", ""},
        Case{"limit=99999999999999999999&offset=-5", 5, "", ""}}) {
    INFO(page_case.query);
    const std::string document = index_document(catalogue, parse_page_request(page_case.query), origin);
    const auto page = pokeapi::parse_index_page(document, origin);
    REQUIRE(page);
    CHECK(page->count == 1351);
    CHECK(page->entries.size() == page_case.items);
    const auto link = [](const char* query) {
      return *query == '\0' ? std::string("null")
                            : '"' + std::string(origin) + "/api/v2/pokemon" + query + '"';
    };
    CHECK(document.find("\"next\":" + link(page_case.next) + ",\"previous\":" + link(page_case.previous) +
                        ',') != std::string::npos);
  }
}

TEST_CASE("a catalogue can have more pokémon than exist", "[mirror]") {
  const Catalogue few(3), many(10'000);
  CHECK(few.find("venusaur") != nullptr);
  CHECK(few.find("charmander") == nullptr);
  CHECK(many.all().back().name == "sprite-10000");
  REQUIRE(many.find("sprite-1352") != nullptr);
  CHECK(many.find("sprite-1352")->id == 10327);
  CHECK(has_sprite(*many.find("sprite-1352"), sprite_leaves()[4]));
}

TEST_CASE("an ETag is length and SHA-1, and is compared weakly", "[mirror]") {
  CHECK(spritefarm::pokeapi::make_etag("abc") == "W/\"3-qZk+NkcGgWq6PiVxeFDCbJzQ2J0\"");
  CHECK(matches_tag("W/\"3-x\"", "W/\"3-x\""));
  CHECK(matches_tag("\"a\", \"3-x\"", "W/\"3-x\""));
  CHECK(matches_tag("*", "W/\"3-x\""));
  CHECK_FALSE(matches_tag("", "W/\"3-x\""));
  CHECK_FALSE(matches_tag("\"3-y\"", "W/\"3-x\""));
}
