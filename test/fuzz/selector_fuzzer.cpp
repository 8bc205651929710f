#include "fuzz/fuzz_input.hpp"
#include "pokeapi/selector.hpp"

#include <algorithm>
#include <set>

using namespace spritefarm;
using fuzz::must;

/// What --sprite says, and, on a line each, the keys of a record; those that begin with '-' are null.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::FuzzInput input(data, size);
  const Result<pokeapi::Selector> selector = pokeapi::Selector::parse(input.field('\n'));
  if (!selector) return 0;
  pokeapi::Record record;
  std::set<std::string_view> keys, seen;
  while (!input.empty()) {
    const std::string_view key = input.field('\n');
    const bool is_null = key.starts_with('-');
    record.sprites.push_back({std::string(key.substr(is_null)), is_null ? "" : "https://host/1.png"});
    keys.insert(key.substr(is_null));
  }

  const pokeapi::Selection selection = selector->select(record);
  must(selector->plural() || selection.present.size() + selection.missing.size() <= 1,
       "who asks for one gets one");
  for (const pokeapi::SpriteLeaf& leaf : selection.present) {
    must(!leaf.url.empty() && keys.contains(leaf.key), "what is chosen is there");
    must(seen.insert(leaf.key).second, "what is chosen is chosen once");
  }
  for (const std::string& key : selection.missing)
    must(keys.contains(key) && seen.insert(key).second, "what is missing is null");
  for (const std::string& key : selection.unknown) must(!keys.contains(key), "what is unknown is not there");

  const Result<pokeapi::Selector> all = pokeapi::Selector::parse("all");
  const pokeapi::Selection most = all->select(record);
  must(selection.present.size() <= most.present.size(), "nobody gets more than all");
  return 0;
}
