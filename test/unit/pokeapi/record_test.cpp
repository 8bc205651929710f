#include "pokeapi/record.hpp"

#include "pokeapi/index_page.hpp"
#include "support/catch.hpp"
#include "support/file_tree.hpp"
#include "support/shared_data.hpp"

#include <algorithm>

using namespace spritefarm;
namespace shared_data = test::shared_data;
using pokeapi::parse_index_page;

namespace {

constexpr std::string_view index_url = "https://pokeapi.test/api/v2/pokemon/?limit=2";

constexpr const char* record_url = "https://pokeapi.test/api/v2/pokemon/1/";

Result<pokeapi::Record> parse_record(const std::string& document) {
  return pokeapi::parse_record(document, record_url);
}
std::string error_of_record(const std::string& document) {
  const auto record = parse_record(document);
  return record ? "valid" : record.error().message;
}
std::string error_of_index(const std::string& document) {
  const auto page = parse_index_page(document, index_url);
  return page ? "valid" : page.error().message;
}
bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a record has its sprites in document order", "[record]") {
  const auto record = parse_record(R"({"sprites":{"front_default":"https://a/1.png","back_\u0066emale":null,
    "other":{"official-artwork":{"front_default":"https://a/2.png"},"é.\n":{"":""}}, "none":{}}, "name":"mr-mime","id":122})");
  REQUIRE(record);
  CHECK(record->id == 122);
  CHECK(record->name == "mr-mime");
  REQUIRE(record->sprites.size() == 4);
  CHECK(record->sprites[0].key == "front_default");
  CHECK(record->sprites[0].url == "https://a/1.png");
  CHECK(record->sprites[1].key == "back_female");
  CHECK(record->sprites[1].url.empty());
  CHECK(record->sprites[2].key == "other.official-artwork.front_default");
  CHECK(record->sprites[3].key == "other.é.\n.");
}

TEST_CASE("a document that is not a record is refused with a reason", "[record]") {
  CHECK(contains(error_of_record(""), "an empty response"));
  CHECK(contains(error_of_record(" \n<!DOCTYPE html>"), "HTML"));
  CHECK(contains(error_of_record("{\"id\":1"), "truncated JSON"));
  CHECK(contains(error_of_record("{} {}"), "truncated JSON"));
  CHECK(contains(error_of_record("{\"id\":1,\"name\":\"\xff\",\"sprites\":{}}"), "truncated JSON"));
  CHECK(contains(error_of_record("[]"), "not an object"));
  CHECK(contains(error_of_record(R"({"name":"x","sprites":{}})"), "`id`"));
  CHECK(contains(error_of_record(R"({"id":-1,"name":"x","sprites":{}})"), "`id`"));
  CHECK(contains(error_of_record(R"({"id":4294967296,"name":"x","sprites":{}})"), "`id`"));
  CHECK(contains(error_of_record(R"({"id":"1","name":"x","sprites":{}})"), "`id`"));
  CHECK(contains(error_of_record(R"({"id":1,"name":null,"sprites":{}})"), "`name`"));
  CHECK(contains(error_of_record(R"({"id":1,"name":"x"})"), "`sprites`"));
  CHECK(contains(error_of_record(R"({"id":1,"name":"x","sprites":[]})"), "`sprites`"));
}

TEST_CASE("what is no sprite is left out of a record", "[record]") {
  const auto record = parse_record(
      R"({"id":1,"name":"x","sprites":{"a":true,"b":3,"c":["https://h/1.png",{"d":"https://h/2.png"}],"e":-1.5,
          "front_default":"https://h/3.png","f":{"g":false,"h":null}}})");
  REQUIRE(record);
  REQUIRE(record->sprites.size() == 2);
  CHECK(record->sprites[0] == pokeapi::SpriteLeaf{"front_default", "https://h/3.png"});
  CHECK(record->sprites[1] == pokeapi::SpriteLeaf{"f.h", ""});
}

TEST_CASE("a branch that is too deep is left out of a record", "[record]") {
  for (const int depth : {30, 40, 900, 100'000}) {
    std::string tree, end;
    for (int i = 0; i < depth; ++i) tree += R"({"a":)", end += '}';
    const auto record = parse_record(R"({"id":1,"name":"x","sprites":{"deep":)" + tree + "null" + end +
                                     R"(,"front_default":"https://h/1.png"}})");
    CAPTURE(depth);
    REQUIRE(static_cast<bool>(record) == (depth < 1000));  // simdjson has a limit of its own
    if (record) CHECK(record->sprites.size() == (depth == 30 ? 2 : 1));
  }
}

TEST_CASE("the addresses of sprites are resolved against the address of their record", "[record]") {
  const auto url_of = [](const std::string& json_leaf) {
    const auto record = parse_record(R"({"id":1,"name":"x","sprites":{"a":")" + json_leaf + "\"}}");
    REQUIRE(record);
    return record->sprites.at(0).url;
  };
  CHECK(url_of("/img/1.png") == "https://pokeapi.test/img/1.png");
  CHECK(url_of("//img.test/1.png") == "https://img.test/1.png");
  CHECK(url_of("1.png") == "https://pokeapi.test/api/v2/pokemon/1/1.png");
  CHECK(url_of("https://img.test/mr mime.png") == "https://img.test/mr%20mime.png");
  CHECK(url_of("https://img.test/1.png") == "https://img.test/1.png");
  CHECK(url_of("ftp://img.test/1.png") == "ftp://img.test/1.png");  // fails if it is selected
  CHECK(url_of("").empty());
}

TEST_CASE("a byte order mark before a document is skipped", "[record][index]") {
  const std::string mark = "\xef\xbb\xbf";
  CHECK(error_of_record(mark + R"({"id":1,"name":"x","sprites":{}})") == "valid");
  CHECK(error_of_index(mark + R"({"count":0,"results":[]})") == "valid");
  CHECK(contains(error_of_record(mark + "<html>"), "HTML"));
  CHECK(contains(error_of_record(mark), "an empty response"));
}

TEST_CASE("a small document cannot become a huge record", "[record]") {
  const auto with_keys = [](const std::string& shared, const std::string& value) {
    std::string document = R"({"id":1,"name":"x","sprites":{")" + shared + R"(":{"":)" + value;
    for (int i = 0; i < 1000; ++i) document += R"(,"":)" + value;
    return error_of_record(document + "}}}");
  };
  CHECK(with_keys(std::string(1000, 'k'), "null") == "valid");
  CHECK(contains(with_keys(std::string(10'000, 'k'), "null"), "too large"));
  CHECK(contains(with_keys(std::string(10'000, 'k'), "{}"), "too large"));
}

TEST_CASE("a document of a permitted size has at most half a million values", "[record][index]") {
  const auto with_values = [](std::size_t count) {
    std::string list = "1";
    while (--count > 0) list += ",1";
    return error_of_record(R"({"id":1,"name":"x","sprites":{},"x":[)" + list + "]}");
  };
  CHECK(with_values(499'980) == "valid");
  CHECK(contains(with_values(500'001), "too many values"));
}

TEST_CASE("a small document cannot become a huge index page", "[index]") {
  std::string results = R"({"name":"a","url":"1"})";
  for (int i = 0; i < 20'000; ++i) results += R"(,{"name":"a","url":"1"})";
  const std::string document = R"({"count":1,"results":[)" + results + "]}";
  CHECK(parse_index_page(document, "https://host/"));
  const auto page = parse_index_page(document, "https://host/" + std::string(7000, 'a') + "/");
  REQUIRE(!page);
  CHECK(contains(page.error().message, "too large"));
}

TEST_CASE("an index page has its entries and the URL of the next page", "[index]") {
  const auto page = parse_index_page(
      R"({"count":1351,"previous":null,"next":"https://pokeapi.test/api/v2/pokemon?offset=2&limit=2",
    "results":[{"name":"bulbasaur","url":"https://other.test/api/v2/pokemon/1/"},{"name":"../x","url":"/api/v2/pokemon/10001?a=b"}]})",
      index_url);
  REQUIRE(page);
  CHECK(page->count == 1351);
  CHECK(page->next == "https://pokeapi.test/api/v2/pokemon?offset=2&limit=2");
  REQUIRE(page->entries.size() == 2);
  CHECK(page->entries[0].name == "bulbasaur");
  CHECK(page->entries[0].id == 1);
  CHECK(page->entries[0].url == "https://other.test/api/v2/pokemon/1/");
  CHECK(page->entries[1].name == "../x");
  CHECK(page->entries[1].id == 10001);
  CHECK(page->entries[1].url == "https://pokeapi.test/api/v2/pokemon/10001?a=b");

  const auto last = parse_index_page(R"({"count":0,"next":"?offset=20","results":[]})", index_url);
  REQUIRE(last);
  CHECK(last->next == "https://pokeapi.test/api/v2/pokemon/?offset=20");
  CHECK_FALSE(parse_index_page(R"({"count":0,"next":null,"results":[]})", index_url)->next);
  CHECK_FALSE(parse_index_page(R"({"count":0,"results":[]})", index_url)->next);
}

TEST_CASE("a document that is not an index page is refused with a reason", "[index]") {
  CHECK(contains(error_of_index("<html>"), "HTML"));
  CHECK(contains(error_of_index("{\"count\":1,"), "truncated JSON"));
  CHECK(contains(error_of_index("{}"), "`count`"));
  CHECK(contains(error_of_index(R"({"count":1})"), "`results`"));
  CHECK(contains(error_of_index(R"({"count":1,"next":1,"results":[]})"), "`next`"));
  CHECK(contains(error_of_index(R"({"count":1,"next":"file:///etc/passwd","results":[]})"), "`next`"));
  CHECK(contains(error_of_index(R"({"count":1,"results":[1]})"), "result 1"));
  CHECK(contains(error_of_index(R"({"count":1,"results":[{"name":"a"}]})"), "result 1"));
  CHECK(contains(error_of_index(R"({"count":1,"results":[{"name":"a","url":"https://h/a/"}]})"), "number"));
  CHECK(contains(error_of_index(R"({"count":1,"results":[{"name":"a","url":"https://h/99999999999/"}]})"),
                 "number"));
  CHECK(contains(error_of_index(R"({"count":1,"results":[{"name":"a","url":"ftp://h/1/"}]})"), "http"));
  CHECK(
      contains(error_of_index(R"({"count":1,"results":[{"name":"a","url":"https://h\u0000/1/"}]})"), "http"));
}

TEST_CASE("real records and the real index are accepted; truncated ones are refused", "[record][index]") {
  if (!std::filesystem::exists(shared_data::records())) return;
  const std::string index = test::read_file(shared_data::records() / "index.json");
  const auto page = parse_index_page(index, "https://pokeapi.co/api/v2/pokemon/");
  REQUIRE(page);
  CHECK(page->count == 1351);
  CHECK(page->entries.size() == 1351);

  int read = 0, with_front = 0, accepted_truncations = 0;
  for (int id = 1; id <= 100; ++id) {
    const std::string document = test::read_file(shared_data::records() / std::to_string(id) / "index.json");
    const auto record = parse_record(document);
    REQUIRE(record);
    CHECK(record->id == static_cast<std::uint32_t>(id));
    CHECK(record->name == page->entries.at(static_cast<std::size_t>(id) - 1).name);
    with_front += std::any_of(record->sprites.begin(), record->sprites.end(), [id](const auto& leaf) {
      return leaf.key == "front_default" && leaf.url.ends_with("/" + std::to_string(id) + ".png");
    });
    const std::size_t end = document.find_last_not_of(" \t\r\n");
    for (std::size_t part = 0; part < 20; ++part)
      accepted_truncations += static_cast<bool>(parse_record(document.substr(0, end * part / 19)));
    ++read;
  }
  CHECK(read == 100);
  CHECK(with_front == 100);
  CHECK(accepted_truncations == 0);
}
