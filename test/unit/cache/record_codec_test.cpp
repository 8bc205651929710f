#include "cache/record_codec.hpp"

#include "support/catch.hpp"

using namespace spritefarm;

namespace {

pokeapi::Record example() {
  pokeapi::Record record{4'294'967'295, "mr-mime", {}};
  for (int i = 0; i < 100; ++i)
    record.sprites.push_back(
        {"versions.generation-i.red-blue." + std::to_string(i),
         i % 3 == 0 ? "" : "https://host/sprites/pokemon/" + std::to_string(i) + ".png"});
  record.sprites.push_back({"", std::string("\0\n\xff", 3)});
  record.sprites.push_back({std::string(1000, 'k'), std::string(100'000, 'u')});
  return record;
}

}  // namespace

TEST_CASE("a record is encoded and decoded", "[record][codec]") {
  const pokeapi::Record record = example();
  const std::string encoded = cache::encode_record(record);
  const std::optional<pokeapi::Record> decoded = cache::decode_record(encoded);
  REQUIRE(decoded);
  CHECK((*decoded == record));
  const std::optional<pokeapi::Record> bare = cache::decode_record(cache::encode_record({7, "", {}}));
  REQUIRE(bare);
  CHECK((*bare == pokeapi::Record{7, "", {}}));
}

TEST_CASE("keys and URLs with common prefixes take little space", "[record][codec]") {
  pokeapi::Record record = example();
  record.sprites.resize(100);
  CHECK(cache::encode_record(record).size() < 1500);
}

TEST_CASE("malformed bytes are not decoded", "[record][codec]") {
  CHECK(!cache::decode_record(""));
  CHECK(!cache::decode_record(std::string(11, '\xff')));
  CHECK(!cache::decode_record(std::string("\x01\x02", 2)));           // a truncated name
  CHECK(!cache::decode_record(std::string("\x01\x01m\x01\x00", 5)));  // a prefix of an empty string
  const std::string encoded = cache::encode_record({1, "mew", {{"front", "https://host/1.png"}}});
  for (std::size_t size = 0; size < encoded.size(); ++size) {
    const std::optional<pokeapi::Record> cut = cache::decode_record(encoded.substr(0, size));
    CAPTURE(size);
    CHECK((!cut || cut->sprites.empty()));
  }
}

TEST_CASE("a record larger than Record::max_bytes is not decoded, however small its encoding",
          "[record][codec]") {
  pokeapi::Record record{1, "mew", {}};
  const std::string url(1000, 'u');
  while (record.sprites.size() < pokeapi::Record::max_bytes / url.size())
    record.sprites.push_back({"front", url});
  const std::string encoded = cache::encode_record(record);
  CHECK(encoded.size() < 30'000);
  CHECK(!cache::decode_record(encoded));
  record.sprites.resize(record.sprites.size() / 2);
  CHECK(cache::decode_record(cache::encode_record(record)));
}
