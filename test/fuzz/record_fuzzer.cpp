#include "fuzz/fuzz_input.hpp"
#include "sprite/packed_record.hpp"
#include "sprite/record.hpp"

#include <string>

using namespace spritefarm;
using fuzz::must;

/// A record as a server sends it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string document(fuzz::FuzzInput(data, size).rest());
  const Result<sprite::Record> record = sprite::parse_record(document);
  if (!record) return 0;

  must(record->sprites.size() <= document.size() / sizeof(R"("":"")"), "leaves take room");
  const std::string packed = sprite::pack_record(*record);
  const std::optional<sprite::Record> unpacked = sprite::unpack_record(packed);
  must(unpacked.has_value(), "what was packed can be unpacked");
  must(*unpacked == *record, "what was packed comes back");
  document.resize(document.find_last_of('}'));
  must(!sprite::parse_record(document), "a record that is cut is none");
  return 0;
}
