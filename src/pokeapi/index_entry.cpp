#include "pokeapi/index_entry.hpp"

#include "net/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>
#include <utility>

namespace spritefarm::pokeapi {
namespace {

// Limits the names and URLs of all entries. Resolving relative URLs can make a list far larger than its
// document.
constexpr std::size_t max_bytes = 64 << 20;

/// The number at the end of a path, before an optional slash.
std::optional<std::uint32_t> last_number(std::string_view path) {
  if (path.ends_with('/')) path.remove_suffix(1);
  const std::string_view last = path.substr(path.rfind('/') + 1);
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(last.data(), last.data() + last.size(), number);
  if (last.empty() || error != std::errc{} || end != last.data() + last.size()) return std::nullopt;
  return number;
}

/// The entry, or a faulty one without a URL.
IndexEntry parse_entry(simdjson::dom::element item, std::string_view key, const std::string& base) {
  IndexEntry entry;
  simdjson::dom::object object;
  std::string_view name, reference;
  if (key.empty() ? item.get(object) : item.at_key(key).get(object)) {
    entry.fault = "is not an object";
    return entry;
  }
  const bool has_name = !object.at_key("name").get(name);
  entry.name = name;
  if (!has_name || object.at_key("url").get(reference)) {
    entry.fault = "lacks a `name` or a `url`";
    return entry;
  }
  const std::optional<net::Url> resolved = net::resolve_url(base, std::string(reference));
  if (!resolved) {
    entry.fault = "has a `url` that is no " + std::string(net::kind_of_links(base));
    return entry;
  }
  if (const std::optional<std::uint32_t> id = last_number(resolved->path)) {
    entry.id = *id;
    entry.url = resolved->text;
  } else {
    entry.fault = "has a `url` that does not end in a number";
  }
  return entry;
}

}  // namespace

Result<std::vector<IndexEntry>> parse_entries(simdjson::dom::array items, std::string_view key,
                                              const std::string& base) {
  std::vector<IndexEntry> entries;
  std::size_t bytes = 0;
  for (const simdjson::dom::element item : items) {
    IndexEntry entry = parse_entry(item, key, base);
    if (entry.is_faulty()) {
      const std::string place = fmt::format("result {}", entries.size() + 1);
      entry.fault = place + ' ' + entry.fault;
      entry.url = fmt::format("{}#/{}", base.substr(0, base.find('#')), entries.size());
      if (entry.name.empty()) entry.name = place;
    }
    bytes += entry.name.size() + entry.url.size();
    if (bytes > max_bytes) return Error{"its results are too large"};
    entries.push_back(std::move(entry));
  }
  if (!entries.empty() && std::all_of(entries.begin(), entries.end(), std::mem_fn(&IndexEntry::is_faulty)))
    return Error{entries.front().fault};
  return entries;
}

}  // namespace spritefarm::pokeapi
