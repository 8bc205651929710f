#include "cache/record_codec.hpp"
#include "fuzz/fuzz_input.hpp"

#include <string>

using namespace spritefarm;
using fuzz::must;

/// An encoded record, as a worker or a damaged ledger may give it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::optional<pokeapi::Record> record = cache::decode_record(fuzz::FuzzInput(data, size).rest());
  if (!record) return 0;
  std::size_t bytes = 0;
  for (const pokeapi::SpriteLeaf& leaf : record->sprites) bytes += bytes_of(leaf);
  must(bytes <= pokeapi::Record::max_bytes, "a decoded record has a bounded size");
  const std::optional<pokeapi::Record> again = cache::decode_record(cache::encode_record(*record));
  must(again.has_value() && *again == *record, "a decoded record survives a round trip");
  return 0;
}
