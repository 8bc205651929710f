#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

/// What the live PokéAPI serves for its first pokémon, where a copy of it stands beside the project.
namespace shared_data {

inline std::filesystem::path pokeapi() {
  const char* const folder = std::getenv("SPRITEFARM_SHARED");
  return std::filesystem::path(folder ? folder : "../shared") / "pokeapi";
}

inline std::filesystem::path records() {
  return pokeapi() / "api/v2/pokemon";
}
inline std::filesystem::path images() {
  return pokeapi() / "PokeAPI/sprites/master/sprites/pokemon";
}

inline std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace shared_data
