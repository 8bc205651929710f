#include "pokeapi/index_cursor.hpp"

#include "support/catch.hpp"

#include <utility>

using namespace spritefarm;
using pokeapi::IndexCursor;

namespace {

const std::string base = "http://127.0.0.1/api/v2/";

/// A page that lists the pokémon `first` to `last` of an index of `count`.
pokeapi::IndexPage page(std::uint32_t first, std::uint32_t last, std::uint64_t count,
                        std::optional<std::string> next = std::nullopt) {
  pokeapi::IndexPage result{count, std::move(next), {}};
  for (std::uint32_t id = first; id <= last; ++id)
    result.entries.push_back({"p" + std::to_string(id), id, base + "pokemon/" + std::to_string(id) + "/"});
  return result;
}

/// The names that the cursor takes from a page; "error" if it fails.
std::string taken(IndexCursor& cursor, pokeapi::IndexPage from) {
  const Result<std::vector<pokeapi::IndexEntry>> entries = cursor.take(std::move(from));
  if (!entries) return "error";
  std::string text;
  for (const pokeapi::IndexEntry& entry : *entries) text += entry.name + " ";
  return text;
}

}  // namespace

TEST_CASE("the first URL asks for the requested range", "[farm][index]") {
  CHECK(IndexCursor(base, {7, 5}).url() == base + "pokemon/?limit=5&offset=7");
  CHECK(IndexCursor(base, {0, std::nullopt}).url() == base + "pokemon/?limit=100000&offset=0");
}

TEST_CASE("the cursor follows `next`, to any host, until the range is complete", "[farm][index]") {
  IndexCursor cursor(base, {0, 5});
  CHECK(taken(cursor, page(1, 2, 9, "http://other.example/2")) == "p1 p2 ");
  CHECK(cursor.url() == "http://other.example/2");
  CHECK(taken(cursor, page(3, 4, 9, "http://other.example/3")) == "p3 p4 ");
  CHECK(taken(cursor, page(5, 6, 9, "http://other.example/4")) == "p5 ");
  CHECK(!cursor.url());
}

TEST_CASE("without a limit the walk ends with the last page", "[farm][index]") {
  IndexCursor cursor(base, {0, std::nullopt});
  CHECK(taken(cursor, page(1, 2, 3, "http://h/2")) == "p1 p2 ");
  CHECK(taken(cursor, page(3, 3, 3)) == "p3 ");
  CHECK(!cursor.url());
}

TEST_CASE("an index shorter than the range gives all its entries", "[farm][index]") {
  IndexCursor cursor(base, {0, 100});
  CHECK(taken(cursor, page(1, 3, 3)) == "p1 p2 p3 ");
  CHECK(!cursor.url());
}

TEST_CASE("the range is cut from the page of a server that ignores limit and offset", "[farm][index]") {
  IndexCursor cursor(base, {2, 3});
  CHECK(taken(cursor, page(1, 9, 9)) == "p3 p4 p5 ");
  IndexCursor beyond(base, {50, 3});
  CHECK(taken(beyond, page(1, 9, 9)).empty());
}

TEST_CASE("the offset is not applied twice if the server honours it", "[farm][index]") {
  IndexCursor cursor(base, {2, 3});
  CHECK(taken(cursor, page(3, 5, 9, "http://h/next")) == "p3 p4 p5 ");
}

TEST_CASE("a pokémon listed twice is taken once", "[farm][index]") {
  IndexCursor cursor(base, {0, 3});
  CHECK(taken(cursor, page(1, 2, 9, "http://h/2")) == "p1 p2 ");
  CHECK(taken(cursor, page(2, 3, 9)) == "p3 ");
}

TEST_CASE("a circular index and an empty page with a next one are errors", "[farm][index]") {
  IndexCursor circle(base, {0, std::nullopt});
  CHECK(taken(circle, page(1, 2, 9, "http://h/2")) == "p1 p2 ");
  CHECK(taken(circle, page(3, 4, 9, base + "pokemon/?limit=100000&offset=0")) == "error");
  IndexCursor empty(base, {0, std::nullopt});
  CHECK(taken(empty, pokeapi::IndexPage{9, "http://h/2", {}}) == "error");
}
