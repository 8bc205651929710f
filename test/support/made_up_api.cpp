#include "support/made_up_api.hpp"

#include "support/file_tree.hpp"

namespace spritefarm::test {

const std::string MadeUpApi::image(
    "\x89PNG\r\n\x1a\n"
    "\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89"
    "\0\0\0\x0dIDAT\x78\xda\x63\x64\x60\xf8\x5f\x0f\0\x02\x87\x01\x80\xeb\x47\xba\x92"
    "\0\0\0\0IEND\xae\x42\x60\x82",
    70);

void MadeUpApi::document(const std::string& path, const std::string& bytes) {
  write_file(m_root / path, bytes);
}

void MadeUpApi::record(int id, const std::string& json_name, const std::vector<std::string>& json_keys) {
  std::string sprites;
  for (const std::string& key : json_keys) {
    const std::string path = "images/" + std::to_string(id) + "-" + std::to_string(sprites.size()) + ".png";
    sprites +=
        (sprites.empty() ? "\"" : ", \"") + key + "\": \"https://raw.githubusercontent.com/" + path + "\"";
    document(path, image);
  }
  const std::string number = std::to_string(id);
  document("api/v2/pokemon/" + number + "/index.json",
           "{\"abilities\": [], \"id\": " + number + ", \"name\": \"" + json_name + "\", \"sprites\": {" +
               sprites + "}, \"weight\": 1}");
}

void MadeUpApi::index(const std::vector<std::pair<int, std::string>>& json_names,
                      const std::string& json_next, const std::string& path) {
  std::string results;
  for (const auto& [id, name] : json_names) {
    results += (results.empty() ? "{\"name\": \"" : ", {\"name\": \"") + name +
               "\", \"url\": \"https://pokeapi.co/api/v2/pokemon/" + std::to_string(id) + "/\"}";
  }
  document(path + "/index.json", "{\"count\": " + std::to_string(json_names.size()) + ", \"next\": " +
                                     json_next + ", \"previous\": null, \"results\": [" + results + "]}");
}

std::vector<std::string> MadeUpApi::serve(const NginxSettings& settings,
                                          const std::vector<std::string>& certified) {
  const std::string api = "pokeapi.co", images = "raw.githubusercontent.com";
  m_nginx = std::make_unique<NginxServer>(m_root.path(), certified, settings);
  return {"--connect-to", m_nginx->connect_to(api), "--connect-to", m_nginx->connect_to(images),
          "--cacert",     m_nginx->ca_file(),       "--retries",    "0"};
}

}  // namespace spritefarm::test
