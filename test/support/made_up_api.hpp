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

/// A fake PokéAPI with any content, valid or not: documents in a directory, served by nginx as
/// https://pokeapi.co/ and https://raw.githubusercontent.com/. Fill it, call serve(), then run the program.
/// Owned by the test.
class MadeUpApi {
 public:
  /// The valid PNG of one pixel that all images here are.
  static const std::string image;

  /// Adds a document at a path below the root.
  void document(const std::string& path, const std::string& bytes);
  /// Adds a record with an image for each sprite key (one level). `json_name` and the keys are inserted as
  /// JSON text.
  void record(int id, const std::string& json_name,
              const std::vector<std::string>& json_keys = {"front_default"});
  /// Adds an index page at `path`. Names and `next` are inserted as JSON text.
  void index(const std::vector<std::pair<int, std::string>>& json_names,
             const std::string& json_next = "null", const std::string& path = "api/v2/pokemon");

  /// Starts nginx, with a certificate for the `certified` names. Returns the options that connect the program
  /// to it.
  [[nodiscard]] std::vector<std::string> serve(const NginxSettings& settings = {},
                                               const std::vector<std::string>& certified = {
                                                   "pokeapi.co", "raw.githubusercontent.com"});

 private:
  TempDir m_root;
  std::unique_ptr<NginxServer> m_nginx;
};

}  // namespace spritefarm::test
