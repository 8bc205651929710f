#pragma once

#include "support/nginx_server.hpp"
#include "support/temp_dir.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spritefarm::test {

/// A PokéAPI that says whatever a test wants, also what the real one never would: documents in a folder,
/// served by nginx as https://pokeapi.co/ and https://raw.githubusercontent.com/. Fill it, serve() it, then
/// run the program.
class MadeUpApi {
 public:
  /// A valid PNG of one pixel, as all images here are.
  static const std::string image;

  /// A document at a path below the root.
  void document(const std::string& path, const std::string& bytes);
  /// A record with an image for each of its sprite keys (one level); the name is JSON text as it stands.
  void record(int id, const std::string& json_name,
              const std::vector<std::string>& json_keys = {"front_default"});
  /// An index page at api/v2/pokemon or another path; ids, names and `next` are JSON text as they stand.
  void index(const std::vector<std::pair<int, std::string>>& json_names,
             const std::string& json_next = "null", const std::string& path = "api/v2/pokemon");

  /// Options with which the program finds it. Its certificate is for its two hosts, or only for these names.
  [[nodiscard]] std::vector<std::string> serve(const NginxSettings& settings = {},
                                               const std::vector<std::string>& certified = {
                                                   "pokeapi.co", "raw.githubusercontent.com"});

 private:
  TempDir m_root;
  std::unique_ptr<NginxServer> m_nginx;
};

}  // namespace spritefarm::test
