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

/// Where options come from besides the command line.
struct OptionSources {
  const char* base_url = nullptr;  ///< $SPRITEFARM_BASE_URL
  std::istream* names = nullptr;   ///< what '-' reads
};

/// What --help and --version print instead of doing anything.
struct HelpText {
  std::string text;
};

// The options that `spritefarm` and `spritefarm bench` share, as they are raw: each group tells CLI11 what to read
// into it, and then puts what it says, checked, into the Options. What is unset keeps its default.

/// How calls travel to worker processes.
struct TransportGroup {
  CLI::Option* add_to(CLI::App& app);
  void apply_to(Options& options) const;

  std::string kind = "shm";
};

/// Where the sprites come from, and how.
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

/// Which sprites, of which pokémon. Read after the network group, whose base URL it needs.
struct SelectionGroup {
  void add_to(CLI::App& app);
  Result<void> apply_to(Options& options, const CLI::App& app, const OptionSources& sources) const;

  std::vector<std::string> pokemon, sprites{"front_default"};
  std::uint32_t limit = 100, offset = 0;
  std::string shard = "1/1";
  bool all = false;
};

}  // namespace spritefarm::cli
