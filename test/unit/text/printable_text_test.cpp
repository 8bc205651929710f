#include "text/printable_text.hpp"

#include "support/catch.hpp"

using spritefarm::text::excerpt;
using spritefarm::text::printable;

TEST_CASE("deceptive characters are shown escaped", "[text]") {
  CHECK(printable("a\r\n\x1b[1m\x7f é") == R"(a\x0d\x0a\x1b[1m\x7f é)");
  CHECK(printable("\u009b\u0085\u202egnp\u2066\u2028\u200f\u061c") ==
        R"(\u009b\u0085\u202egnp\u2066\u2028\u200f\u061c)");
  CHECK(printable("\x9b[1m \xc3") == R"(\x9b[1m \xc3)");
  CHECK(printable("Flabébé ♀ 二 𝄞") == "Flabébé ♀ 二 𝄞");
}

TEST_CASE("an excerpt is one short line", "[text]") {
  CHECK(excerpt(std::string(1000, 'x'), 300) == std::string(300, 'x') + "…");
}

TEST_CASE("an excerpt never cuts a UTF-8 character", "[text]") {
  CHECK(excerpt("aéé", 5) == "aéé");
  CHECK(excerpt("aéé", 4) == "aé…");
  CHECK(excerpt("aéé", 2) == "a…");
  CHECK(excerpt("\xc3\xa9", 1) == "…");
}
