#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace spritefarm::cli {

struct Options;

/// Sources of options other than the command line.
struct OptionSources {
  const char* base_url = nullptr;  ///< $SPRITEFARM_BASE_URL
  std::istream* names = nullptr;   ///< the source of the names for '-'
};

/// The text that -h, --help or --version prints; the command then does nothing else.
struct HelpText {
  std::string text;
};

// The options that `spritefarm` and `spritefarm bench` share. add_to() binds a group's members to CLI11
// options; after parsing, apply_to() checks their values and copies them into the Options. An option that is
// not given keeps its default.

/// How calls travel to worker processes: --transport.
struct TransportGroup {
  CLI::Option* add_to(CLI::App& app);
  void apply_to(Options& options) const;

  std::string kind = "shm";
};

/// The servers and how to request from them.
struct NetworkGroup {
  void add_to(CLI::App& app);
  Result<void> apply_to(Options& options, const CLI::App& app, const OptionSources& sources) const;

  std::string base_url = "https://pokeapi.co/api/v2/", ca_file, proxy;
  std::vector<std::string> connect_to;
  double rate = 100;
  int retries = 4;
  double timeout = 30;
  bool demo = false;
};

/// Which sprites of which pokémon. Its apply_to() needs the base URL, so apply the network group first.
struct SelectionGroup {
  void add_to(CLI::App& app);
  Result<void> apply_to(Options& options, const CLI::App& app, const OptionSources& sources) const;

  std::vector<std::string> pokemon, sprites{"front_default"};
  std::uint32_t limit = 100, offset = 0;
  std::string shard = "1/1";
  bool all = false;
};

}  // namespace spritefarm::cli
