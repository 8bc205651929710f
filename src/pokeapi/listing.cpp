#include "pokeapi/listing.hpp"

#include "net/url.hpp"
#include "pokeapi/index_entry.hpp"
#include "pokeapi/json_document.hpp"
#include "text/json_writer.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace spritefarm::pokeapi {
namespace {

Error wrong_shape(const char* what, const std::string& why) {
  return Error{std::string("the JSON is not a ") + what + " of pokémon: " + why + "; check the base URL"};
}

Result<IndexPage> parse_list(const std::string& document, std::string_view url, const char* what,
                             const char* list, std::string_view key) {
  const Result<simdjson::dom::object> root = parse_json_object(document);
  if (!root) return root.error();
  simdjson::dom::array items;
  if (root->at_key(list).get(items)) return wrong_shape(what, std::string("it has no list `") + list + '`');
  Result<std::vector<IndexEntry>> entries = parse_entries(items, key, std::string(url));
  if (!entries) return wrong_shape(what, entries.error().message);
  return IndexPage{entries->size(), {}, *std::move(entries)};
}

/// The default form of a species has the species' id. Its name may be another, so it stays unknown.
Result<IndexPage> parse_generation(const std::string& document, std::string_view url) {
  Result<IndexPage> page = parse_list(document, url, "generation", "pokemon_species", {});
  if (!page) return page;
  for (IndexEntry& entry : page->entries) {
    if (entry.is_faulty()) continue;
    const std::optional<net::Url> form =
        net::resolve_url(entry.url, (entry.url.ends_with('/') ? "../../pokemon/" : "../pokemon/") +
                                        std::to_string(entry.id) + '/');
    if (!form) return wrong_shape("generation", "a `url` is too long");
    entry = {{}, entry.id, form->text};
  }
  return page;
}

Result<IndexPage> parse_species(const std::string& document, std::string_view url) {
  Result<IndexPage> page = parse_list(document, url, "species", "varieties", "pokemon");
  if (!page) return page;
  const Result<simdjson::dom::object> root = parse_json_object(document);
  simdjson::dom::array varieties;
  if (!root || root->at_key("varieties").get(varieties)) return wrong_shape("species", "it has no varieties");
  auto entry = page->entries.begin();
  for (const simdjson::dom::element variety : varieties) {
    bool is_default = false;
    if (!variety.at_key("is_default").get(is_default) && is_default) {
      if (entry->is_faulty()) return wrong_shape("species", entry->fault);
      return IndexPage{1, {}, {std::move(*entry)}};
    }
    ++entry;
  }
  return wrong_shape("species", "it has no default variety");
}

}  // namespace

Result<IndexPage> parse_listing(Listing kind, const std::string& document, std::string_view url) {
  switch (kind) {
    case Listing::index:
      break;
    case Listing::type:
      return parse_list(document, url, "type", "pokemon", "pokemon");
    case Listing::generation:
      return parse_generation(document, url);
    case Listing::species:
      return parse_species(document, url);
  }
  return parse_index_page(document, url);
}

std::string encode_index_page(const IndexPage& page) {
  text::JsonWriter json;
  json.begin_object().key("count").value(page.count);
  if (page.next) json.key("next").value(*page.next);
  json.key("results").begin_list();
  for (const IndexEntry& entry : page.entries)
    json.begin_object().key("name").value(entry.name).key("url").value(entry.url).end_object();
  json.end_list().end_object();
  return json.text();
}

}  // namespace spritefarm::pokeapi
