#pragma once

#include <cstdlib>
#include <filesystem>

/// The paths of a copy of the live PokéAPI beside the project; it may be absent.
namespace spritefarm::test::shared_data {

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

}  // namespace spritefarm::test::shared_data
