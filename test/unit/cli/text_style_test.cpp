#include "cli/text_style.hpp"

#include "support/catch.hpp"

using namespace spritefarm::cli;

namespace {

const Line line{{"pokémon ", Tone::plain}, {"2 failed", Tone::failed}, {" é\x1b", Tone::dim}};

}  // namespace

TEST_CASE("a line has colours and UTF-8 only if its style has them", "[cli][style]") {
  CHECK(TextStyle(false, true).line(line) == "pokémon 2 failed é\\x1b");
  CHECK(TextStyle(false, false).line(line) == "pokemon 2 failed e\\x1b");
  CHECK(TextStyle(true, true).line(line) == "pokémon \x1b[31m2 failed\x1b[0m\x1b[2m é\\x1b\x1b[0m");
}

TEST_CASE("a line is cut to columns, and a colour ends where the line ends", "[cli][style]") {
  CHECK(TextStyle(true, true).line(line, 9) == "pokémon \x1b[31m2\x1b[0m");
  CHECK(TextStyle(true, true).line(line, 8) == "pokémon ");
  CHECK(TextStyle(false, false).line({{"ab…"}}, 4) == "ab..");
}

TEST_CASE("colours are automatic, always or never", "[cli][style]") {
  CHECK(*parse_color_choice("auto") == ColorChoice::automatic);
  CHECK(*parse_color_choice("always") == ColorChoice::always);
  CHECK(*parse_color_choice("never") == ColorChoice::never);
  CHECK_FALSE(parse_color_choice("blue"));
  CHECK_FALSE(parse_color_choice(""));
}
