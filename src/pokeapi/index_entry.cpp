#include "pokeapi/index_entry.hpp"

#include "net/url.hpp"

#include <fmt/format.h>

#include <charconv>
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

}  // namespace

Result<std::vector<IndexEntry>> parse_entries(simdjson::dom::array items, std::string_view key,
                                              const std::string& base) {
  std::vector<IndexEntry> entries;
  std::size_t bytes = 0;
  for (const simdjson::dom::element item : items) {
    const auto wrong = [&](const std::string& what) {
      return Error{fmt::format("result {} {}", entries.size() + 1, what)};
    };
    simdjson::dom::object object;
    std::string_view name, reference;
    if (key.empty() ? item.get(object) : item.at_key(key).get(object)) return wrong("is not an object");
    if (object.at_key("name").get(name) || object.at_key("url").get(reference))
      return wrong("lacks a `name` or a `url`");
    const std::optional<net::Url> resolved = net::resolve_url(base, std::string(reference));
    if (!resolved) return wrong("has a `url` that is no " + std::string(net::kind_of_links(base)));
    const std::optional<std::uint32_t> id = last_number(resolved->path);
    if (!id) return wrong("has a `url` that does not end in a number");
    bytes += name.size() + resolved->text.size();
    if (bytes > max_bytes) return Error{"its results are too large"};
    entries.push_back({std::string(name), *id, resolved->text});
  }
  return entries;
}

}  // namespace spritefarm::pokeapi
