#pragma once

#include "base/result.hpp"
#include "cli/option_parser.hpp"
#include "net/http_client.hpp"

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace spritefarm::cli {

struct Options;

/// Sources of options other than the command line.
struct OptionSources {
  const char* base_url = nullptr;      ///< $SPRITEFARM_BASE_URL
  std::istream* names = nullptr;       ///< the source of the names for '-'
  const char* ca_bundle = nullptr;     ///< $CURL_CA_BUNDLE
  const char* ca_directory = nullptr;  ///< $SSL_CERT_DIR
  const char* ca_file = nullptr;       ///< $SSL_CERT_FILE

  /// This process's environment and standard input.
  static OptionSources of_process();
};

/// Sets the certificates to trust: the first that is given of `option`, the value of --cacert, and the
/// variables of the environment.
void set_certificates(net::HttpOptions& http, const std::string& option, const OptionSources& sources);

// The options that `spritefarm` and `spritefarm bench` share. add_to() binds a group's members to
// options; after parsing, apply_to() checks their values and copies them into the Options. An option that is
// not given keeps its default.

/// How calls travel to worker processes: --transport.
struct TransportGroup {
  Option add_to(OptionParser& parser);
  void apply_to(Options& options) const;

  std::string kind = "shm";
};

/// Whether the output has colours: --color.
struct ColorGroup {
  void add_to(OptionParser& parser);
  void apply_to(Options& options) const;

  std::string choice = "auto";
};

/// The servers and how to request from them.
struct NetworkGroup {
  void add_to(OptionParser& parser);
  Result<void> apply_to(Options& options, const OptionParser& parser, const OptionSources& sources) const;

  std::string base_url = "https://pokeapi.co/api/v2/", certificates;
  std::optional<std::string> proxy, noproxy, user_agent;
  std::vector<std::string> connect_to, headers;
  double rate = 100;
  int retries = 4;
  double timeout = 30;
  std::uint32_t retry_max_time = 300;
  std::string limit_rate;
  bool demo = false, allow_private = false;
};

/// Which sprites of which pokémon. Its apply_to() needs the base URL, so apply the network group first.
struct SelectionGroup {
  void add_to(OptionParser& parser);
  Result<void> apply_to(Options& options, const OptionParser& parser, const OptionSources& sources) const;

  std::vector<std::string> pokemon, types, generations, sprites{"front_default"};
  std::uint32_t limit = 100, offset = 0;
  std::string shard = "1/1";
  bool all = false;
};

}  // namespace spritefarm::cli
