#include "base/fnv1a.hpp"
#include "posix/loaded_objects.hpp"

#include <spritefarm/detail/function_table.hpp>

#include <string>
#include <vector>

namespace spritefarm::detail {
namespace {

struct Table {
  std::vector<FunctionEntry> entries;
  std::uint64_t digest = fnv1a("");  // of the entries' types

  void add(FunctionEntry entry, std::string_view type) {
    entries.push_back(entry);
    digest = fnv1a(type, digest);
  }
};

// Created on first use: the entries of all source files register before main(), in an unspecified order.
Table& table() {
  static Table table;
  return table;
}

}  // namespace

FunctionId register_function(FunctionEntry entry, const char* type) {
  table().add(entry, type);
  return static_cast<FunctionId>(table().entries.size());  // from 1: 0 is not a function
}

FunctionEntry function_entry(FunctionId id) {
  if (id == 0 || id > table().entries.size())
    throw CodecError("a call names function " + std::to_string(id) + ", but the table ends at " +
                     std::to_string(table().entries.size()));
  return table().entries[id - 1];
}

std::uint64_t function_table_digest() {
  return table().digest ^ table().entries.size();
}

void encode_function_pointer(Encoder& to, void (*function)()) {
  const auto location = posix::find_code(reinterpret_cast<std::uintptr_t>(function));
  if (!location)
    throw CodecError(
        "a function pointer of a call to another process does not point to a function of this program");
  encode(to, location->object);
  encode(to, location->offset);
}

void (*decode_function_pointer(Decoder& from))() {
  posix::CodeLocation location;
  location.object = decode<std::uint32_t>(from);
  location.offset = decode<std::uint64_t>(from);
  const auto address = posix::code_at(location);
  if (!address) throw CodecError("a call names a location where this program has no code");
  return reinterpret_cast<void (*)()>(*address);
}

}  // namespace spritefarm::detail
