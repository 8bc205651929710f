#include "pokeapi/etag.hpp"

#include "support/catch.hpp"

#include <string>

using spritefarm::pokeapi::verify_etag;

namespace {

// openssl dgst -sha1 -binary | base64
const std::string document = R"({"name":"bulbasaur"})";
const std::string tag = R"(W/"14-G8kKbnT3i3ZVngLHFx9W+SU/zn4")";

std::string wrong(const std::string& bytes, const std::string& etag) {
  const auto verified = verify_etag(bytes, etag);
  return verified ? "" : verified.error().message;
}

}  // namespace

TEST_CASE("a document is checked against the PokéAPI's kind of ETag", "[tag]") {
  CHECK(wrong(document, tag).empty());
  CHECK(wrong(document + " ", tag) == "a document of 21 bytes, whose ETag announces 20");
  std::string damaged = document;
  damaged[5] ^= 1;
  CHECK(wrong(damaged, tag) == "a damaged document: its ETag has another SHA-1");
}

TEST_CASE("another ETag says nothing about the bytes", "[tag]") {
  std::string strong = tag.substr(2), longer = tag, shorter = tag, unlike_base64 = tag, unlike_hex = tag;
  longer.insert(10, "x");
  shorter.erase(10, 1);
  unlike_base64[10] = '-';
  unlike_hex[4] = 'g';
  for (const std::string& other : {std::string(), strong, longer, shorter, unlike_base64, unlike_hex,
                                   std::string("W/\""), std::string("W/\"\""), std::string("\"5f-abc\""),
                                   std::string("W/\"fffffffffffffffff-G8kKbnT3i3ZVngLHFx9W+SU/zn4\"")}) {
    CAPTURE(other);
    CHECK(wrong("something else", other).empty());
  }
}
