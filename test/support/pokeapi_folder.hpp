#pragma once

#include "support/temp_dir.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace spritefarm::test {

/// A folder with what the live PokéAPI serves for its first 100 pokémon: ../shared/pokeapi beside the
/// repository (or below $SPRITEFARM_SHARED); where that is absent, a copy of what `spritefarm mirror` serves,
/// with the real URLs.
class PokeapiFolder {
 public:
  static constexpr int pokemon = 100;

  PokeapiFolder();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return m_path; }
  /// The bytes of each one's front_default, by name.
  [[nodiscard]] std::map<std::string, std::string> front_sprites() const;

 private:
  std::optional<TempDir> m_copy;
  std::filesystem::path m_path;
};

}  // namespace spritefarm::test
