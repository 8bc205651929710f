#include "support/pokeapi_folder.hpp"

#include "support/file_tree.hpp"
#include "support/program.hpp"

#include <simdjson.h>

#include <cstdlib>
#include <string_view>

namespace spritefarm::test {

namespace {

const std::string api = "https://pokeapi.co/", images = "https://raw.githubusercontent.com/";

std::filesystem::path shared_folder() {
  if (const char* named = std::getenv("SPRITEFARM_SHARED")) return named;
  // The test is build/VARIANT/NAME in the repository.
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "../../../shared";
}

std::string replaced(std::string text, const std::string& old, const std::string& by) {
  for (std::size_t at = 0; (at = text.find(old, at)) != std::string::npos; at += by.size()) {
    text.replace(at, old.size(), by);
  }
  return text;
}

std::string front_default(const std::string& record) {
  simdjson::dom::parser parser;
  return std::string(std::string_view(parser.parse(record)["sprites"]["front_default"]));
}

void copy_mirror(const std::filesystem::path& to) {
  const MirrorServer mirror({"--count", std::to_string(PokeapiFolder::pokemon)});
  const std::string origin = mirror.base_url().substr(0, mirror.base_url().find("api/v2/"));
  const auto with_real_urls = [&](const std::string& document) {
    return replaced(replaced(document, origin + "PokeAPI/", images + "PokeAPI/"), origin, api);
  };
  write_file(to / "api/v2/pokemon/index.json",
             with_real_urls(
                 http_get(mirror.base_url() + "pokemon?limit=" + std::to_string(PokeapiFolder::pokemon))));
  for (int id = 1; id <= PokeapiFolder::pokemon; ++id) {
    const std::string path = "api/v2/pokemon/" + std::to_string(id), record = http_get(origin + path);
    write_file(to / (path + "/index.json"), with_real_urls(record));
    const std::string image = front_default(record);
    write_file(to / image.substr(origin.size()), http_get(image));
  }
}

}  // namespace

PokeapiFolder::PokeapiFolder() : m_path(shared_folder() / "pokeapi") {
  if (std::filesystem::exists(m_path)) return;
  m_path = m_copy.emplace().path();
  copy_mirror(m_path);
}

std::map<std::string, std::string> PokeapiFolder::front_sprites() const {
  std::map<std::string, std::string> sprites;
  for (int id = 1; id <= pokemon; ++id) {
    const std::string record = read_file(m_path / "api/v2/pokemon" / std::to_string(id) / "index.json");
    simdjson::dom::parser parser;
    const std::string name(std::string_view(parser.parse(record)["name"]));
    sprites[name] = read_file(m_path / front_default(record).substr(images.size()));
  }
  return sprites;
}

}  // namespace spritefarm::test
