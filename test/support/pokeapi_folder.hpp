#pragma once

#include "support/temp_dir.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace spritefarm::test {

/// A directory with the documents and images of the live PokéAPI for its first 100 pokémon: ../shared/pokeapi
/// beside the repository, or $SPRITEFARM_SHARED/pokeapi. If it is absent, a copy of the documents of
/// `spritefarm mirror`, with the real URLs.
class PokeapiFolder {
 public:
  static constexpr int pokemon = 100;

  PokeapiFolder();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return m_path; }
  /// The front_default images, by the name of the pokémon.
  [[nodiscard]] std::map<std::string, std::string> front_sprites() const;

 private:
  std::optional<TempDir> m_copy;
  std::filesystem::path m_path;
};

}  // namespace spritefarm::test
