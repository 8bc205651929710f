#include "farm/gallery.hpp"

#include "farm/data_page.hpp"
#include "support/catch.hpp"
#include "text/percent_encoding.hpp"

#include <simdjson.h>

using namespace spritefarm;
using namespace spritefarm::farm;

namespace {

SpriteResult there(const std::string& key, const std::string& path,
                   SpriteStatus status = SpriteStatus::downloaded) {
  SpriteResult result{key, "http://h/x.png", status};
  result.path = path;
  return result;
}

FarmResult farmed(const std::string& name, std::uint32_t id, std::vector<SpriteResult> sprites) {
  FarmResult result;
  result.name = name;
  result.id = id;
  result.sprites = std::move(sprites);
  return result;
}

std::string data_of(const std::string& page) {
  const std::string tag = R"(<script type="application/json" id="data">)";
  const std::size_t begin = page.find(tag);
  REQUIRE(begin != page.npos);
  return page.substr(begin + tag.size(), page.find("</script>", begin) - begin - tag.size());
}

std::string pokemon_of(const Gallery& gallery) {
  simdjson::dom::parser parser;
  const simdjson::padded_string text(data_of(gallery.page()));
  const simdjson::dom::element data = parser.parse(text);
  return simdjson::minify(data["pokemon"]) + simdjson::minify(data["keys"]) +
         simdjson::minify(data["folders"]);
}

}  // namespace

TEST_CASE("a gallery has every sprite with name, id and status", "[farm][gallery]") {
  Gallery gallery;
  SpriteResult failed{"other.home.front_default", "http://h/25.png", SpriteStatus::failed, "no answer"};
  gallery.on_result(0, farmed("pikachu", 25,
                              {there("front_default", "front_default/pikachu.png"),
                               failed,
                               {"back_default", "", SpriteStatus::missing}}));
  gallery.on_result(0,
                    farmed("", 0, {{"front_default", "http://h/x", SpriteStatus::failed, "no \"record\""}}));
  gallery.on_result(0, farmed("bulbasaur", 1, {there("front_default", "b 1#.png", SpriteStatus::unchanged)}));
  CHECK(pokemon_of(gallery) == R"([[1,"bulbasaur",[[0,0,"b%201%23.png"]]],)"
                               R"([25,"pikachu",[[1,-1,"",1],[0,1,"pikachu.png"],[2,-1,"",2,"no answer"]]],)"
                               R"([0,"0",[[0,-1,"",2,"no \"record\""]]]])"
                               R"(["front_default","back_default","other.home.front_default"])"
                               R"(["","front_default/"])");
  CHECK(gallery.has_path("front_default/pikachu.png"));
  CHECK(!gallery.has_path(Gallery::file_name));
}

TEST_CASE("a gallery depends neither on the order of the results nor on the run", "[farm][gallery]") {
  const FarmResult a = farmed("a", 1, {there("x", "x/a.png"), there("y.z", "y.z/a.png")});
  const FarmResult b = farmed("b", 2, {there("x", "x/b.png")});
  Gallery now, before, mixed;
  now.on_result(0, a);
  now.on_result(0, b);
  before.add_stored({2, "b", {}}, "x", "x/b.png");
  before.add_stored({1, "a", {}}, "y.z", "y.z/a.png");
  before.add_stored({1, "a", {}}, "x", "x/a.png");
  mixed.on_result(0, b);
  mixed.add_stored({2, "b", {}}, "x", "elsewhere/b.png");
  mixed.add_stored({1, "a", {}}, "x", "x/a.png");
  mixed.add_stored({1, "a", {}}, "y.z", "y.z/a.png");
  CHECK(now.page() == before.page());
  CHECK(now.page() == mixed.page());
}

TEST_CASE("a sprite that failed is shown with the file of an earlier run", "[farm][gallery]") {
  Gallery gallery;
  gallery.on_result(0, farmed("a", 1, {{"x", "http://h/x.png", SpriteStatus::failed, "busy"}}));
  gallery.add_stored({1, "a", {}}, "x", "a.png");
  CHECK(pokemon_of(gallery) == R"([[1,"a",[[0,0,"a.png",2,"busy"]]]]["x"][""])");
}

TEST_CASE("no text in the data of a page ends its script element", "[farm][gallery]") {
  Gallery gallery;
  gallery.on_result(0, farmed("</script><script>alert(1)</script><!--", 1,
                              {{"<b>", "", SpriteStatus::failed, "</SCRIPT>"}, there("k", "<i>/a&b.png")}));
  const std::string data = data_of(gallery.page());
  CHECK(data.find('<') == data.npos);
  CHECK(data.find("%3Ci%3E/") != data.npos);
  CHECK(data.find("a%26b.png") != data.npos);
  simdjson::dom::parser parser;
  const simdjson::padded_string text(data);
  const simdjson::dom::element json = parser.parse(text);
  CHECK(std::string(json["pokemon"].at(0).at(1).get_c_str()) == "</script><script>alert(1)</script><!--");
}

TEST_CASE("a page without a placeholder for data is a logic error", "[farm][gallery]") {
  CHECK(page_with_data("script-src @SCRIPT@ @DATA@ <script>alert(1)</script>", "1") ==
        "script-src 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI=' 1 <script>alert(1)</script>");
  CHECK(page_with_data("<p>@DATA@</p>", "[\"<\"]") == "<p>[\"\\u003c\"]</p>");
  CHECK_THROWS_AS(page_with_data("<p></p>", "[]"), std::logic_error);
}

TEST_CASE("a path is percent-encoded byte by byte", "[farm][gallery]") {
  CHECK(text::percent_encoded("a/b-c_d.e~f") == "a/b-c_d.e~f");
  CHECK(text::percent_encoded("100% #?:\"<é\xff") == "100%25%20%23%3F%3A%22%3C%C3%A9%FF");
}
