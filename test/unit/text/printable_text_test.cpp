#include "text/printable_text.hpp"

#include "support/catch.hpp"

using spritefarm::text::excerpt;

TEST_CASE("an excerpt is one short line without control characters", "[text]") {
  CHECK(excerpt("a\r\n\x1b[1m\x7f é") == "a???[1m? é");
  CHECK(excerpt(std::string(1000, 'x'), 300) == std::string(300, 'x') + "…");
}

TEST_CASE("an excerpt never cuts a UTF-8 character", "[text]") {
  CHECK(excerpt("aéé", 5) == "aéé");
  CHECK(excerpt("aéé", 4) == "aé…");
  CHECK(excerpt("aéé", 2) == "a…");
  CHECK(excerpt("\xc3\xa9", 1) == "…");
}
