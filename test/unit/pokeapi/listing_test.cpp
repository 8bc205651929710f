#include "pokeapi/listing.hpp"

#include "mirror/group_document.hpp"
#include "support/catch.hpp"

using namespace spritefarm;
using namespace spritefarm::pokeapi;

namespace {

const std::string api = "https://pokeapi.co/api/v2/";

std::string listed(const Result<IndexPage>& page) {
  if (!page) return "Error: " + page.error().message;
  std::string text;
  for (const IndexEntry& entry : page->entries)
    text += entry.name + " " + std::to_string(entry.id) + " " + entry.url +
            (entry.fault.empty() ? "" : ": " + entry.fault) + "\n";
  return text;
}

}  // namespace

TEST_CASE("the documents of types, generations and species list pokémon", "[pokeapi][listing]") {
  CHECK(listed(parse_listing(Listing::type, R"({"id": 10, "pokemon": [
          {"pokemon": {"name": "vulpix", "url": "https://pokeapi.co/api/v2/pokemon/37/"}, "slot": 1},
          {"pokemon": {"name": "x", "url": "/api/v2/pokemon/10103/"}, "slot": 2}]})",
                             api + "type/10/")) ==
        "vulpix 37 " + api + "pokemon/37/\nx 10103 " + api + "pokemon/10103/\n");
  CHECK(listed(parse_listing(Listing::generation, R"({"pokemon_species": [
          {"name": "deoxys", "url": "https://pokeapi.co/api/v2/pokemon-species/386/"},
          {"name": "mew", "url": "https://pokeapi.co/api/v2/pokemon-species/151"}]})",
                             api + "generation/3/")) ==
        " 386 " + api + "pokemon/386/\n 151 " + api + "pokemon/151/\n");
  CHECK(listed(parse_listing(Listing::species, R"({"name": "x", "varieties": [
          {"is_default": false, "pokemon": {"name": "x-b", "url": "https://pokeapi.co/api/v2/pokemon/10026/"}},
          {"is_default": true, "pokemon": {"name": "x-a", "url": "https://pokeapi.co/api/v2/pokemon/681/"}}]})",
                             api + "pokemon-species/x/")) == "x-a 681 " + api + "pokemon/681/\n");
}

TEST_CASE("any other document is refused", "[pokeapi][listing]") {
  const Listing kind = GENERATE(Listing::type, Listing::generation, Listing::species, Listing::index);
  const std::string document = GENERATE(
      as<std::string>(), "", "{}", "[]", R"({"pokemon": 1, "pokemon_species": {}, "varieties": "x"})",
      R"({"pokemon": [1], "pokemon_species": [[]], "varieties": [null]})",
      R"({"pokemon": [{"pokemon": {"name": "x"}}], "pokemon_species": [{"url": "/1/"}], "varieties": []})");
  CAPTURE(document);
  CHECK_FALSE(parse_listing(kind, document, api));
}

TEST_CASE("a faulty entry leaves the others of its list", "[pokeapi][listing]") {
  CHECK(listed(parse_listing(Listing::index, R"({"count": 4, "results": [
          {"name": "mew", "url": "/pokemon/151/"}, 7, {"name": "x", "url": "/pokemon/y/"}, {"url": "/1/"},
          {"name": "z", "url": "http://h/2/"}]})",
                             "https://h/pokemon?limit=5#x")) ==
        "mew 151 https://h/pokemon/151/\n"
        "result 2 0 https://h/pokemon?limit=5#/1: result 2 is not an object\n"
        "x 0 https://h/pokemon?limit=5#/2: result 3 has a `url` that does not end in a number\n"
        "result 4 0 https://h/pokemon?limit=5#/3: result 4 lacks a `name` or a `url`\n"
        "z 0 https://h/pokemon?limit=5#/4: "
        "result 5 has a `url` that is no https URL, as a document that came by https must name\n");
  CHECK(listed(parse_listing(Listing::generation, R"({"pokemon_species": [
          {"name": "mew", "url": "/pokemon-species/151/"}, {"name": "x"}]})",
                             "https://h/generation/1/")) ==
        " 151 https://h/pokemon/151/\nx 0 https://h/generation/1/#/1: result 2 lacks a `name` or a `url`\n");
  const auto species = [](const std::string& first_is_default, const std::string& second_is_default) {
    return listed(parse_listing(Listing::species,
                                R"({"varieties": [{"is_default": )" + first_is_default +
                                    R"(, "pokemon": {"name": "a"}}, {"is_default": )" + second_is_default +
                                    R"(, "pokemon": {"name": "b", "url": "/pokemon/2/"}}]})",
                                "https://h/pokemon-species/x/"));
  };
  CHECK(species("false", "true") == "b 2 https://h/pokemon/2/\n");
  CHECK(species("true", "false").find("result 1 lacks a `name` or a `url`") != std::string::npos);
}

TEST_CASE("an encoded page is the same page, without what else was in its document", "[pokeapi][listing]") {
  const Result<IndexPage> page = parse_index_page(
      R"({"count": 3, "next": "/more", "x": "http://u:secret@h/", "results": [
          {"name": "a\"b", "url": "https://u:secret@pokeapi.co/api/v2/pokemon/1/"}]})",
      api);
  REQUIRE(page);
  const std::string encoded = encode_index_page(*page);
  CHECK(encoded.find("secret") == std::string::npos);
  const Result<IndexPage> again = parse_index_page(encoded, "https://other/");
  CHECK(listed(again) == listed(page));
  CHECK(again->count == 3);
  CHECK(again->next == "https://pokeapi.co/more");
}

TEST_CASE("the mirror's groups can be read", "[mirror][listing]") {
  const mirror::Catalogue catalogue;
  const auto species = [&](const char* name) {
    const std::optional<std::string> document =
        mirror::species_document(catalogue, name, "https://pokeapi.co");
    return document ? listed(parse_listing(Listing::species, *document, api)) : "none";
  };
  CHECK(species("deoxys") == "deoxys-normal 386 " + api + "pokemon/386/\n");
  CHECK(species("mr-mime") == "mr-mime 122 " + api + "pokemon/122/\n");
  CHECK(species("122") == species("mr-mime"));
  CHECK(species("tapu-koko").starts_with("tapu-koko 785 "));
  CHECK(species("urshifu").starts_with("urshifu-single-strike 892 "));
  CHECK(species("deoxys-attack") == "none");
  CHECK(species("") == "none");
  std::size_t members = 0;
  for (const char* generation : {"1", "2", "3", "4", "5", "6", "7", "8", "generation-ix"}) {
    const auto page = parse_listing(
        Listing::generation, *mirror::generation_document(catalogue, generation, "https://pokeapi.co"), api);
    REQUIRE(page);
    members += page->entries.size();
  }
  CHECK(members == 1025);
  CHECK_FALSE(mirror::generation_document(catalogue, "10", ""));
  CHECK_FALSE(mirror::type_document(catalogue, "0", ""));
}
