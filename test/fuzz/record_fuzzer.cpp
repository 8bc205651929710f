#include "cache/record_codec.hpp"
#include "fuzz/fuzz_input.hpp"
#include "pokeapi/record.hpp"

#include <string>

using namespace spritefarm;
using fuzz::must;

/// A record, as a server may send it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string document(fuzz::FuzzInput(data, size).rest());
  const Result<pokeapi::Record> record =
      pokeapi::parse_record(document, "https://pokeapi.test/api/v2/pokemon/1/");
  if (!record) return 0;

  must(record->sprites.size() <= document.size() / sizeof(R"("":"")"),
       "each leaf takes space in the document");
  const std::string packed = cache::encode_record(*record);
  const std::optional<pokeapi::Record> unpacked = cache::decode_record(packed);
  must(unpacked.has_value(), "an encoded record can be decoded");
  must(*unpacked == *record, "a record survives a round trip");
  document.resize(document.find_last_of('}'));
  must(!pokeapi::parse_record(document, "https://pokeapi.test/api/v2/pokemon/1/"),
       "a truncated record is refused");
  return 0;
}
