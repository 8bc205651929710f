#include "text/ascii_text.hpp"

#include "support/catch.hpp"

using spritefarm::text::ascii;

TEST_CASE("text in ASCII keeps its meaning", "[text]") {
  CHECK(ascii("100 pokémon, processes × 4, 12–15 µs…") == "100 pokemon, processes x 4, 12-15 us...");
  CHECK(ascii("██▌░") == "###.");
}

TEST_CASE("a foreign character in ASCII is escaped", "[text]") {
  CHECK(ascii("木\xff\x80z") == "\\u6728\\xff\\x80z");
}
