#include "fuzz/fuzz_input.hpp"
#include "sprite/packed_record.hpp"

#include <string>

using namespace spritefarm;
using fuzz::must;

/// A packed record, as a worker or a ledger may give it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::optional<sprite::Record> record = sprite::unpack_record(fuzz::FuzzInput(data, size).rest());
  if (!record) return 0;
  std::size_t bytes = 0;
  for (const sprite::SpriteLeaf& leaf : record->sprites) bytes += bytes_of(leaf);
  must(bytes <= sprite::Record::most_bytes, "a record has a bounded size, however well it was packed");
  const std::optional<sprite::Record> again = sprite::unpack_record(sprite::pack_record(*record));
  must(again.has_value() && *again == *record, "what was unpacked can be packed again");
  return 0;
}
