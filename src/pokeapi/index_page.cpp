#include "pokeapi/index_page.hpp"

#include "net/url.hpp"
#include "pokeapi/json_document.hpp"

#include <charconv>

namespace spritefarm::pokeapi {
namespace {

// Limits the names and URLs of all entries. Resolving relative URLs can make a page far larger than its
// document.
constexpr std::size_t max_bytes = 64 << 20;

Error wrong_shape(const std::string& what) {
  return Error{"the JSON is not a page of the pokémon index: " + what + "; check the base URL"};
}

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

Result<IndexPage> parse_index_page(const std::string& document, std::string_view url) {
  const Result<simdjson::dom::object> root = parse_json_object(document);
  if (!root) return root.error();
  const std::string base(url);

  IndexPage page;
  if (root->at_key("count").get(page.count)) return wrong_shape("it has no `count`");
  simdjson::dom::element next;
  if (!root->at_key("next").get(next) && !next.is_null()) {
    std::string_view reference;
    if (next.get(reference)) return wrong_shape("its `next` is neither a URL nor null");
    const std::optional<net::Url> resolved = net::resolve_url(base, std::string(reference));
    if (!resolved) return wrong_shape("its `next` is not an http or https URL");
    page.next = resolved->text;
  }

  simdjson::dom::array results;
  if (root->at_key("results").get(results)) return wrong_shape("it has no list of `results`");
  std::size_t bytes = 0;
  for (const simdjson::dom::element result : results) {
    const std::string where = "result " + std::to_string(page.entries.size() + 1);
    simdjson::dom::object object;
    std::string_view name, reference;
    if (result.get(object) || object.at_key("name").get(name) || object.at_key("url").get(reference))
      return wrong_shape(where + " lacks a `name` or a `url`");
    const std::optional<net::Url> resolved = net::resolve_url(base, std::string(reference));
    if (!resolved) return wrong_shape(where + " has a `url` that is not an http or https URL");
    const std::optional<std::uint32_t> id = last_number(resolved->path);
    if (!id) return wrong_shape(where + " has a `url` that does not end in a number");
    bytes += name.size() + resolved->text.size();
    if (bytes > max_bytes) return wrong_shape("its `results` are too large");
    page.entries.push_back({std::string(name), *id, resolved->text});
  }
  return page;
}

}  // namespace spritefarm::pokeapi
