#include "farm/closest_name.hpp"

#include "support/catch.hpp"
#include "text/edit_distance.hpp"

using namespace spritefarm;

TEST_CASE("the closest name has the fewest edits, if they are few", "[farm][names]") {
  const std::vector<std::string> names{"pichu", "pikachu", "raichu", "mew", "mewtwo"};
  CHECK(farm::closest_name("pikachuu", names) == "pikachu");
  CHECK(farm::closest_name("pkiachu", names) == "pikachu");
  CHECK(farm::closest_name("mwe", names) == "mew");
  CHECK(farm::closest_name("metwo", names) == "mewtwo");
  for (const char* name : {"", "me", "bulbasaur", "pikapika"}) CHECK_FALSE(farm::closest_name(name, names));
  CHECK_FALSE(farm::closest_name("pikachuu", {}));
}

TEST_CASE("edits insert, delete, replace and swap", "[text]") {
  CHECK(text::edit_distance("", "abc") == 3);
  CHECK(text::edit_distance("abc", "abc") == 0);
  CHECK(text::edit_distance("bnech", "bench") == 1);
  CHECK(text::edit_distance("kitten", "sitting") == 3);
  CHECK(text::edit_distance("ab", "ba") == 1);
}
