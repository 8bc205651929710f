#include "text/output_template.hpp"

#include "support/catch.hpp"

using namespace spritefarm;
using text::OutputTemplate;

namespace {

std::string path(std::string_view text, const text::OutputNames& names) {
  const Result<OutputTemplate> parsed = OutputTemplate::parse(text);
  REQUIRE(parsed);
  const Result<std::string> result = parsed->path(names);
  return result ? *result : "refused: " + result.error().message;
}

}  // namespace

TEST_CASE("a template fills its fields", "[farm][template]") {
  const text::OutputNames names{"mr-mime", 122, "other.home.front_default", "png"};
  CHECK(path("{name}.{ext}", names) == "mr-mime.png");
  CHECK(path("{sprite}/{name}.{ext}", names) == "other.home.front_default/mr-mime.png");
  CHECK(path("a b/{id}{id}-{ext}", names) == "a b/122122-png");
  CHECK(path("...{name}", names) == "...mr-mime");
}

TEST_CASE("a template reports whether it tells pokémon and sprites apart", "[farm][template]") {
  const auto by_id = OutputTemplate::parse("{id}.{ext}");
  const auto by_sprite = OutputTemplate::parse("{sprite}.{ext}");
  REQUIRE(by_id);
  REQUIRE(by_sprite);
  CHECK(by_id->tells_pokemon_apart());
  CHECK(!by_id->tells_sprites_apart());
  CHECK(!by_sprite->tells_pokemon_apart());
  CHECK(by_sprite->tells_sprites_apart());
}

TEST_CASE("a template that is not a relative path below the directory is refused", "[farm][template]") {
  const std::string text =
      GENERATE(as<std::string>(), "", "/{name}", "../{name}", "a/../{name}", "a//b", "a/", "./a", "{nam}",
               "{name", "name}", "{{name}}", "{}", "a\nb", std::string(300, 'x'));
  CAPTURE(text);
  CHECK(!OutputTemplate::parse(text));
}

TEST_CASE("no name from a server leads out of the directory", "[farm][template]") {
  const std::string evil =
      GENERATE(as<std::string>(), "../x", "/x", "a/b", "", ".", "..", ".bashrc", std::string(300, 'x'),
               "a\nb", "a\x1b[2J", std::string("a\0b", 3), "a\x7f", "-",
               "--use-compress-program=sh evil.gif ", "a\u009bb", "a\u202egnp", "a\u2028b", "a\x9b", "a\xc3");
  CAPTURE(evil);
  const text::OutputNames as_name{evil, 1, "front_default", "png"};
  CHECK(path("{name}.{ext}", as_name).starts_with("refused: "));
  CHECK(path("{id}-{name}", as_name).starts_with("refused: "));
  const text::OutputNames as_sprite{"bulbasaur", 1, evil, "png"};
  CHECK(path("{sprite}/{name}.{ext}", as_sprite).starts_with("refused: "));
}

TEST_CASE("no sprite can replace the ledger or a temporary file", "[farm][template]") {
  CHECK(!OutputTemplate::parse(".spritefarm.db"));
  CHECK(!OutputTemplate::parse("{id}/.spritefarm-1-of-2.db"));
  CHECK(path(".{name}", {"spritefarm.db", 1, "s", "png"}).starts_with("refused: "));
  CHECK(path(".{name}", {"spritefar.db", 1, "s", "png"}) == ".spritefar.db");
}

TEST_CASE("a path that becomes too long once its fields are filled is refused", "[farm][template]") {
  const std::string name(252, 'x');
  CHECK(path("{name}", {name, 1, "s", "png"}) == name);
  CHECK(path("{name}.{ext}", {name, 1, "s", "png"}).starts_with("refused: "));
}

TEST_CASE("the error message contains no control character", "[farm][template]") {
  CHECK(path("{name}", {"a\x1b[2J", 1, "s", "png"}).find('\x1b') == std::string::npos);
}
