#include "pokeapi/index_page.hpp"

#include "net/url.hpp"
#include "pokeapi/index_entry.hpp"
#include "pokeapi/json_document.hpp"

#include <utility>

namespace spritefarm::pokeapi {
namespace {

Error not_a_page(const std::string& what) {
  return Error{"the JSON is not a page of the pokémon index: " + what + "; check the base URL"};
}

}  // namespace

Result<IndexPage> parse_index_page(const std::string& document, std::string_view url) {
  const Result<simdjson::dom::object> root = parse_json_object(document);
  if (!root) return root.error();
  const std::string base(url);

  IndexPage page;
  if (root->at_key("count").get(page.count)) return not_a_page("it has no `count`");
  simdjson::dom::element next;
  if (!root->at_key("next").get(next) && !next.is_null()) {
    std::string_view reference;
    if (next.get(reference)) return not_a_page("its `next` is neither a URL nor null");
    const std::optional<net::Url> resolved = net::resolve_url(base, std::string(reference));
    if (!resolved) return not_a_page("its `next` is no " + std::string(net::kind_of_links(base)));
    page.next = resolved->text;
  }

  simdjson::dom::array results;
  if (root->at_key("results").get(results)) return not_a_page("it has no list of `results`");
  Result<std::vector<IndexEntry>> entries = parse_entries(results, {}, base);
  if (!entries) return not_a_page(entries.error().message);
  page.entries = *std::move(entries);
  return page;
}

}  // namespace spritefarm::pokeapi
