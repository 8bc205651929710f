#include "farm/index_cursor.hpp"

#include "support/catch.hpp"

using namespace spritefarm;
using farm::IndexCursor;

namespace {

const std::string base = "http://127.0.0.1/api/v2/";

/// A page that lists the pokémon `first`, first + 1, … `last`, of an index of `count`.
sprite::IndexPage page(std::uint32_t first, std::uint32_t last, std::uint64_t count,
                       std::optional<std::string> next = std::nullopt) {
  sprite::IndexPage result{count, std::move(next), {}};
  for (std::uint32_t id = first; id <= last; ++id)
    result.entries.push_back({"p" + std::to_string(id), id, base + "pokemon/" + std::to_string(id) + "/"});
  return result;
}

std::string listed(IndexCursor& cursor) {
  std::string text;
  for (const sprite::IndexEntry& entry : cursor.entries()) text += entry.name + " ";
  return text;
}

}  // namespace

TEST_CASE("the index is asked for the part that is wanted", "[farm][index]") {
  CHECK(IndexCursor(base, {7, 5}).url() == base + "pokemon/?limit=5&offset=7");
  CHECK(IndexCursor(base, {0, std::nullopt}).url() == base + "pokemon/?limit=100000&offset=0");
}

TEST_CASE("pages are followed through next, on any host, until there is enough", "[farm][index]") {
  IndexCursor cursor(base, {0, 5});
  CHECK(!cursor.take(page(1, 2, 9, "http://other.example/2")));
  CHECK(cursor.url() == "http://other.example/2");
  CHECK(!cursor.take(page(3, 4, 9, "http://other.example/3")));
  CHECK(!cursor.take(page(5, 6, 9, "http://other.example/4")));
  CHECK(!cursor.url());
  CHECK(listed(cursor) == "p1 p2 p3 p4 p5 ");
}

TEST_CASE("all of the index ends with its last page", "[farm][index]") {
  IndexCursor cursor(base, {0, std::nullopt});
  CHECK(!cursor.take(page(1, 2, 3, "http://h/2")));
  CHECK(!cursor.take(page(3, 3, 3)));
  CHECK(!cursor.url());
  CHECK(listed(cursor) == "p1 p2 p3 ");
}

TEST_CASE("an index that ends before enough was listed gives what it has", "[farm][index]") {
  IndexCursor cursor(base, {0, 100});
  CHECK(!cursor.take(page(1, 3, 3)));
  CHECK(!cursor.url());
  CHECK(cursor.entries().size() == 3);
}

TEST_CASE("a server that gives all of the index whatever is asked is cut to the part", "[farm][index]") {
  IndexCursor cursor(base, {2, 3});
  CHECK(!cursor.take(page(1, 9, 9)));
  CHECK(listed(cursor) == "p3 p4 p5 ");
  IndexCursor beyond(base, {50, 3});
  CHECK(!beyond.take(page(1, 9, 9)));
  CHECK(beyond.entries().empty());
}

TEST_CASE("a server that honours the offset is not cut twice", "[farm][index]") {
  IndexCursor cursor(base, {2, 3});
  CHECK(!cursor.take(page(3, 5, 9, "http://h/next")));
  CHECK(listed(cursor) == "p3 p4 p5 ");
}

TEST_CASE("a pokémon that pages list twice is taken once", "[farm][index]") {
  IndexCursor cursor(base, {0, 3});
  CHECK(!cursor.take(page(1, 2, 9, "http://h/2")));
  CHECK(!cursor.take(page(2, 3, 9)));
  CHECK(listed(cursor) == "p1 p2 p3 ");
}

TEST_CASE("an index that goes round in a circle, or on without listing any, ends in an error",
          "[farm][index]") {
  IndexCursor circle(base, {0, std::nullopt});
  CHECK(!circle.take(page(1, 2, 9, "http://h/2")));
  CHECK(circle.take(page(3, 4, 9, base + "pokemon/?limit=100000&offset=0")));
  IndexCursor empty(base, {0, std::nullopt});
  CHECK(empty.take(sprite::IndexPage{9, "http://h/2", {}}));
}
