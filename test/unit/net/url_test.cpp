#include "net/url.hpp"

#include "support/catch.hpp"

using spritefarm::net::parse_url;
using spritefarm::net::resolve_url;

TEST_CASE("a URL is split into its parts", "[url]") {
  const auto url = parse_url("https://pokeapi.co/api/v2/pokemon/?limit=2");
  REQUIRE(url);
  CHECK(url->text == "https://pokeapi.co/api/v2/pokemon/?limit=2");
  CHECK(url->path == "/api/v2/pokemon/");
  CHECK(url->origin() == "https://pokeapi.co:443");
  CHECK(parse_url("http://[::1]:81")->origin() == "http://[::1]:81");
}

TEST_CASE("a text that is not an http or https URL is refused", "[url]") {
  using namespace std::string_literals;
  for (const std::string& text :
       {""s, "pokeapi.co"s, "/x"s, "file:///etc/passwd"s, "ftp://h/"s, "https://"s, "http://h:99999/"s,
        "http://h\0/"s, "http://h/\n"s, "http://h/a b"s, "javascript:x"s}) {
    CAPTURE(text);
    CHECK_FALSE(parse_url(text));
  }
}

TEST_CASE("a reference is resolved against its document", "[url]") {
  const std::string base = "https://h/api/v2/pokemon/?limit=2";
  CHECK(resolve_url(base, "?offset=2")->text == "https://h/api/v2/pokemon/?offset=2");
  CHECK(resolve_url(base, "/1/")->text == "https://h/1/");
  CHECK(resolve_url(base, "http://other/")->text == "http://other/");
  CHECK_FALSE(resolve_url(base, "ftp://other/"));
  CHECK_FALSE(resolve_url("", "/1/"));
  const std::string long_path(7900, 'a');
  CHECK(resolve_url("https://h/", long_path));
  CHECK_FALSE(resolve_url("https://h/", long_path + long_path));
  CHECK_FALSE(resolve_url("https://h/" + long_path + "/", long_path));
}
