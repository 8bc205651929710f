#include "fuzz/fuzz_input.hpp"
#include "net/url.hpp"
#include "pokeapi/listing.hpp"

#include <algorithm>
#include <functional>
#include <string>

using namespace spritefarm;
using fuzz::must;

namespace {

void must_be_requestable(const std::string& url) {
  const std::optional<net::Url> parsed = net::parse_url(url);
  must(parsed.has_value(), "a URL of the index is an http or https URL");
  must(parsed->text == url, "a URL of the index is normalised");
  for (const unsigned char c : url) must(c > ' ' && c != 0x7f, "a URL has no blank or control character");
}

}  // namespace

/// The URL of a page, a newline, the page.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::FuzzInput input(data, size);
  const std::string_view url = input.field('\n');
  std::string document(input.rest());
  for (const pokeapi::Listing kind :
       {pokeapi::Listing::type, pokeapi::Listing::generation, pokeapi::Listing::species})
    if (const Result<pokeapi::IndexPage> listing = pokeapi::parse_listing(kind, document, url))
      for (const pokeapi::IndexEntry& entry : listing->entries)
        if (!entry.is_faulty()) must_be_requestable(entry.url);
  const Result<pokeapi::IndexPage> page = pokeapi::parse_index_page(document, url);
  if (!page) return 0;

  if (page->next) must_be_requestable(*page->next);
  must(page->entries.size() <= document.size() / 2, "each entry takes space in the document");
  for (const pokeapi::IndexEntry& entry : page->entries) {
    if (entry.is_faulty()) continue;
    must_be_requestable(entry.url);
    must(entry.url.find(std::to_string(entry.id)) != entry.url.npos, "the id of an entry is in its URL");
  }
  const bool has_fault =
      std::any_of(page->entries.begin(), page->entries.end(), std::mem_fn(&pokeapi::IndexEntry::is_faulty));
  must(has_fault || pokeapi::parse_index_page(pokeapi::encode_index_page(*page), url),
       "an encoded page can be read");
  document.resize(document.find_last_of('}'));
  must(!pokeapi::parse_index_page(document, url), "a truncated page is refused");
  return 0;
}
