#include "pokeapi/selector.hpp"

#include "support/catch.hpp"

using namespace spritefarm;
using pokeapi::Record;
using pokeapi::Selection;
using pokeapi::Selector;

namespace {

const Record record{25,
                    "pikachu",
                    {{"back_default", "b"},
                     {"back_female", ""},
                     {"front_default", "f"},
                     {"other.home.front_default", "h"},
                     {"other.home.front_shiny", ""},
                     {"other.official-artwork.front_default", "o"},
                     {"versions.i.rb.front_default", "v"},
                     {"front_default", "twice"}}};

std::string present(std::string_view text) {
  const auto selector = Selector::parse(text);
  REQUIRE(selector);
  std::string urls;
  for (const auto& leaf : selector->select(record).present) urls += leaf.url;
  return urls;
}

}  // namespace

TEST_CASE("a selector selects by key, in document order, each sprite once", "[selector]") {
  CHECK(present("front_default") == "f");
  CHECK(present("front_default,back_default,front_default") == "bf");
  CHECK(present("other.*.front_default") == "ho");
  CHECK(present("*.*.*") == "ho");
  CHECK(present("*") == "bf");
  CHECK(present("*,front_default") == "bf");
  CHECK(present("all") == "bfhov");
  CHECK(present("all,*.*.*.*") == "bfhov");
  CHECK(present("other.home").empty());
  CHECK(present("other.*").empty());
}

TEST_CASE("a full key that is null is missing, an absent one is unknown", "[selector]") {
  const auto selector = Selector::parse(
      "back_female,other.home.front_shiny,front_defualt,front_defualt,other.home,front_default,*.none,*");
  REQUIRE(selector);
  const Selection selection = selector->select(record);
  CHECK(selection.missing == std::vector<std::string>{"back_female", "other.home.front_shiny"});
  CHECK(selection.unknown == std::vector<std::string>{"front_defualt", "other.home"});
  CHECK(selection.present.size() == 2);
}

TEST_CASE("plural() is true if a selector can select several sprites", "[selector]") {
  CHECK_FALSE(Selector::parse("front_default")->plural());
  CHECK_FALSE(Selector::parse("front_default,front_default")->plural());
  CHECK(Selector::parse("front_default,back_default")->plural());
  CHECK(Selector::parse("all")->plural());
  CHECK(Selector::parse("other.*.front_default")->plural());
}

TEST_CASE("a malformed selector is an error", "[selector]") {
  for (const char* text :
       {"", ",", "front_default,", ".", "other.", ".other", "other..home", "front_*", "**"}) {
    CAPTURE(text);
    const auto selector = Selector::parse(text);
    CHECK_FALSE(selector);
  }
}
