#pragma once

#include "base/result.hpp"
#include "cli/messages.hpp"
#include "cli/mode.hpp"
#include "cli/option_groups.hpp"
#include "cli/shard.hpp"
#include "net/http_client.hpp"
#include "pokeapi/index_cursor.hpp"
#include "pokeapi/selector.hpp"
#include "text/output_template.hpp"

#include <spritefarm/transport.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace spritefarm::cli {

std::string_view to_string(Transport transport);

/// What the command line says, checked: a value that got here can be used as it is.
struct Options {
  std::vector<std::string> pokemon;  ///< names and ids; empty: the index
  pokeapi::IndexRange index;
  Shard shard;
  std::vector<std::string> sprite_keys;  ///< as they were given
  pokeapi::Selector selector;            ///< the same, ready for use
  bool dry_run = false;
  std::chrono::milliseconds compute{0};  ///< of processor time that each sprite takes besides: for benchmarks

  Mode mode = Mode::processes;
  int workers = 1;
  int concurrency = 32;
  Transport transport = Transport::shared_memory;

  std::string base_url;  ///< ends in a slash
  net::HttpOptions http;
  double rate = 100;  ///< requests a second to one host, of all workers together; 0: no limit
  std::string output;
  text::OutputTemplate path_template;

  bool remember = false;  ///< in a ledger in `output`, what the next run then need not ask for
  bool refresh = false;
  bool verify = false;

  bool gallery = false;
  std::string trace;  ///< the file of the run's time line; empty: none
  bool json = false;
  bool demo = false;
  Verbosity verbosity = Verbosity::normal;
};

constexpr int max_workers = 512;
constexpr int max_in_flight = 1000;  ///< sprites, in each worker
/// Of this machine: as many workers as there are by default.
int number_of_cores();

/// Reads the arguments (without the program's name). An Error says in one line what is wrong with them.
Result<std::variant<Options, HelpText>> parse_options(const std::vector<std::string>& arguments,
                                                      const OptionSources& sources);

}  // namespace spritefarm::cli
