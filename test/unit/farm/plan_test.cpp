#include "farm/plan.hpp"

#include "pokeapi/named_pokemon.hpp"
#include "support/catch.hpp"

using namespace spritefarm;
using namespace spritefarm::farm;

namespace {

const std::string base = "http://127.0.0.1/api/v2/";

std::vector<FarmTask> tasks(const std::vector<std::string>& names) {
  std::vector<pokeapi::IndexEntry> entries;
  for (const std::string& name : names) {
    Result<pokeapi::IndexEntry> entry = pokeapi::named_pokemon(name, base);
    REQUIRE(entry);
    entries.push_back(*std::move(entry));
  }
  return index_tasks(std::move(entries));
}

std::string listed(const std::vector<FarmTask>& selection) {
  std::string text;
  for (const FarmTask& task : selection) text += display_name(task.name, task.id) + " ";
  return text;
}

}  // namespace

TEST_CASE("a pokémon is given by id or by name", "[farm][plan]") {
  const std::vector<FarmTask> named = tasks({"25", "Pikachu", "mr. mime"});
  CHECK(named[0].id == 25);
  CHECK(named[0].name.empty());
  CHECK(named[0].url == base + "pokemon/25/");
  CHECK(named[1].id == 0);
  CHECK(named[1].name == "pikachu");
  CHECK(named[1].url == base + "pokemon/pikachu/");
  CHECK(named[2].url == base + "pokemon/mr.%20mime/");
}

TEST_CASE("an impossible name or id is refused without a request", "[farm][plan]") {
  const std::string name = GENERATE(as<std::string>(), "", "0", "000", "4294967296", "../type/1", "a/b", "..",
                                    "a\tb", std::string(256, 'x'));
  CAPTURE(name);
  CHECK(!pokeapi::named_pokemon(name, base));
}

TEST_CASE("each pokémon is picked once, names before ids", "[farm][plan]") {
  CHECK(listed(ShareFilter({}).pick(tasks({"25", "pikachu", "025", "mew", "PIKACHU", "1"}))) ==
        "pikachu mew 25 1 ");
}

TEST_CASE("shares are disjoint and together make the selection", "[farm][plan]") {
  const std::vector<FarmTask> all = tasks({"a", "b", "c", "d", "e", "f", "g"});
  CHECK(listed(ShareFilter({1, 3}).pick(all)) == "a d g ");
  CHECK(listed(ShareFilter({2, 3}).pick(all)) == "b e ");
  CHECK(listed(ShareFilter({3, 3}).pick(all)) == "c f ");
  CHECK(listed(ShareFilter({8, 8}).pick(all)).empty());
}

TEST_CASE("a selection in pieces has the same shares as a whole one", "[farm][plan]") {
  ShareFilter filter({2, 3});
  CHECK(listed(filter.pick(tasks({"a", "b", "c", "d"}))) == "b ");
  CHECK(listed(filter.pick(tasks({"a", "d", "e"}))) == "e ");
  CHECK(listed(filter.pick(tasks({"f", "g", "h"}))) == "h ");
}

TEST_CASE("the maximum size of a share is known in advance", "[farm][plan]") {
  CHECK(ShareFilter({}).max_of(100) == 100);
  CHECK(ShareFilter({1, 3}).max_of(7) == 3);
  CHECK(ShareFilter({2, 3}).max_of(7) == 2);
  CHECK(ShareFilter({8, 8}).max_of(7) == 0);
  CHECK(ShareFilter({2, 3}).max_of(std::nullopt) > 1'000'000);
}

TEST_CASE("a share is K/N with K from 1 to N", "[farm][plan]") {
  const Result<cli::Shard> shard = cli::Shard::parse("2/3");
  REQUIRE(shard);
  CHECK(shard->which == 2);
  CHECK(shard->of == 3);
  const std::string text = GENERATE(as<std::string>(), "", "1", "0/3", "4/3", "1/0", "1/", "/2", "1/2/3",
                                    "-1/2", "a/b", "1 /2", "1/99999999999");
  CAPTURE(text);
  CHECK(!cli::Shard::parse(text));
}

TEST_CASE("toggle_trailing_slash() adds or removes the slash at the end of the path", "[farm][plan]") {
  CHECK(toggle_trailing_slash("http://h/pokemon/1/") == "http://h/pokemon/1");
  CHECK(toggle_trailing_slash("http://h/pokemon/1") == "http://h/pokemon/1/");
  CHECK(toggle_trailing_slash("http://h/pokemon/?limit=2") == "http://h/pokemon?limit=2");
  CHECK(toggle_trailing_slash("http://h/pokemon?limit=2") == "http://h/pokemon/?limit=2");
}
