#include "fuzz/fuzz_input.hpp"
#include "net/url.hpp"
#include "pokeapi/index_page.hpp"

#include <string>

using namespace spritefarm;
using fuzz::must;

namespace {

void must_be_requestable(const std::string& url) {
  const std::optional<net::Url> parsed = net::parse_url(url);
  must(parsed.has_value(), "an address of the index is an http or https URL");
  must(parsed->text == url, "an address of the index stands for itself");
  for (const unsigned char c : url)
    must(c > ' ' && c != 0x7f, "an address has no blank or control character");
}

}  // namespace

/// The URL of the page, a line's end, the page.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::FuzzInput input(data, size);
  const std::string_view url = input.field('\n');
  std::string document(input.rest());
  const Result<pokeapi::IndexPage> page = pokeapi::parse_index_page(document, url);
  if (!page) return 0;

  if (page->next) must_be_requestable(*page->next);
  must(page->entries.size() <= document.size() / sizeof(R"({"name":"","url":""})"), "entries take room");
  for (const pokeapi::IndexEntry& entry : page->entries) {
    must_be_requestable(entry.url);
    must(entry.url.find(std::to_string(entry.id)) != entry.url.npos, "an entry's id is in its address");
  }
  document.resize(document.find_last_of('}'));
  must(!pokeapi::parse_index_page(document, url), "a page that is cut is none");
  return 0;
}
