#include "fuzz/fuzz_input.hpp"
#include "pokeapi/selector.hpp"

#include <algorithm>
#include <set>

using namespace spritefarm;
using fuzz::must;

/// A value of --sprite, then the keys of a record, one per line. A key after '-' is null.
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
       "a singular selector selects at most one sprite");
  for (const pokeapi::SpriteLeaf& leaf : selection.present) {
    must(!leaf.url.empty() && keys.contains(leaf.key), "a selected sprite exists and is not null");
    must(seen.insert(leaf.key).second, "a sprite is selected once");
  }
  for (const std::string& key : selection.missing)
    must(keys.contains(key) && seen.insert(key).second, "a missing key exists and is null");
  for (const std::string& key : selection.unknown) must(!keys.contains(key), "an unknown key does not exist");

  const Result<pokeapi::Selector> all = pokeapi::Selector::parse("all");
  const pokeapi::Selection selected_by_all = all->select(record);
  must(selection.present.size() <= selected_by_all.present.size(), "no selector selects more than `all`");
  return 0;
}
