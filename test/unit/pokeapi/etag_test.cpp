#include "pokeapi/etag.hpp"

#include "support/catch.hpp"

#include <string>

using spritefarm::pokeapi::verify_etag;

namespace {

// openssl dgst -sha1 -binary | base64
const std::string document = R"({"name":"bulbasaur"})";
const std::string tag = R"(W/"14-G8kKbnT3i3ZVngLHFx9W+SU/zn4")";

std::string verify(const std::string& bytes, const std::string& etag) {
  const auto verified = verify_etag(bytes, etag);
  return verified ? "valid" : verified.error().message;
}

}  // namespace

TEST_CASE("a document is verified against the ETag of the PokéAPI", "[tag]") {
  CHECK(verify(document, tag) == "valid");
  CHECK(verify(document + " ", tag) == "damaged document: received 21 bytes, but the ETag says 20");
  std::string damaged = document;
  damaged[5] ^= 1;
  CHECK(verify(damaged, tag) == "damaged document: its SHA-1 is not the one in the ETag");
}

TEST_CASE("an ETag of another form is accepted", "[tag]") {
  std::string strong = tag.substr(2), longer = tag, shorter = tag, unlike_base64 = tag, unlike_hex = tag;
  longer.insert(10, "x");
  shorter.erase(10, 1);
  unlike_base64[10] = '-';
  unlike_hex[4] = 'g';
  for (const std::string& other : {std::string(), strong, longer, shorter, unlike_base64, unlike_hex,
                                   std::string("W/\""), std::string("W/\"\""), std::string("\"5f-abc\""),
                                   std::string("W/\"fffffffffffffffff-G8kKbnT3i3ZVngLHFx9W+SU/zn4\"")}) {
    CAPTURE(other);
    CHECK(verify("something else", other) == "valid");
  }
}
