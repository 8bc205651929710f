#include "base/fnv1a.hpp"
#include "posix/loaded_objects.hpp"

#include <spritefarm/detail/function_table.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace spritefarm::detail {
namespace {

struct Table {
  std::vector<FunctionEntry> entries;
  std::vector<std::uint64_t> digests;  // of the entries' types
};

// Created on first use: the entries of all source files register before main(), in an unspecified order.
// Never destroyed: a pool that is a static object may be destroyed after it.
Table& table() {
  static Table& table = *new Table;
  return table;
}

thread_local bool program_alone = false;

}  // namespace

FunctionId register_function(FunctionEntry entry, const char* type) {
  table().entries.push_back(entry);
  table().digests.push_back(fnv1a(type));
  return static_cast<FunctionId>(table().entries.size());  // from 1: 0 is not a function
}

FunctionEntry function_entry(FunctionId id) {
  if (id == 0 || id > table().entries.size())
    throw CodecError("the worker does not know function " + std::to_string(id) + " of " +
                     std::to_string(table().entries.size()) +
                     ": load the shared object that submits it before the pool is constructed");
  return table().entries[id - 1];
}

void encode_function_table(Encoder& to) {
  encode(to, table().digests);
}

bool is_function_table_of_this_program(Decoder& from) {
  const auto digests = decode<std::vector<std::uint64_t>>(from);
  from.finish();
  const auto common = static_cast<std::ptrdiff_t>(std::min(digests.size(), table().digests.size()));
  return std::equal(digests.begin(), digests.begin() + common, table().digests.begin());
}

void encode_function_pointer(Encoder& to, void (*function)()) {
  const auto location = posix::find_code(reinterpret_cast<std::uintptr_t>(function));
  if (!location)
    throw CodecError(
        "a function pointer of a call to another process does not point to a function of this program");
  if (program_alone && location->object != 0)
    throw CodecError("this function is part of " + posix::object_name(location->object) +
                     ", which other machines may have in another version: wrap it in a lambda");
  encode(to, location->object);
  encode(to, location->offset);
}

FunctionsOfProgramAlone::FunctionsOfProgramAlone(bool is_active) noexcept : m_before(program_alone) {
  program_alone = is_active;
}
FunctionsOfProgramAlone::~FunctionsOfProgramAlone() {
  program_alone = m_before;
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
