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

/// The command line, parsed and checked: every value can be used as it is.
struct Options {
  std::vector<std::string> pokemon;             ///< names and ids; empty: take the types and generations
  std::vector<std::string> types, generations;  ///< names and ids; both empty: take the index
  pokeapi::IndexRange index;
  Shard shard;
  std::vector<std::string> sprite_keys;  ///< as given
  pokeapi::Selector selector;            ///< parsed from sprite_keys
  bool dry_run = false;
  std::chrono::milliseconds compute{0};  ///< additional CPU time for each sprite; for benchmarks

  Mode mode = Mode::processes;
  int workers = 1;
  int concurrency = 256;
  bool is_adaptive = true;  ///< fewer are in flight if the line or the host need it
  Transport transport = Transport::shared_memory;
  std::string broker;                  ///< of the cluster, a URL; empty: from the environment
  std::string group = "default";       ///< of the nodes
  std::vector<std::string> ssh_hosts;  ///< machines on which to start nodes for this run

  std::string base_url;  ///< ends in a slash
  net::HttpOptions http;
  double rate = 100;              ///< requests per second to one host, over all workers together; 0: no limit
  bool is_rate_per_node = false;  ///< each node of the cluster has all of `rate`
  double bytes_per_second = 0;    ///< over all workers and hosts; 0: no limit
  std::chrono::seconds retry_max_time{300};  ///< how long a host may be away
  std::string output;
  text::OutputTemplate path_template;

  bool confines_workers = true;  ///< worker processes; see system::confine()

  bool remember = false;  ///< keep a ledger for the next run
  std::string ledger;     ///< path of that ledger; empty: in `output`
  bool refresh = false;
  bool verify = false;
  bool server_times = false;  ///< files take the time of their Last-Modified

  bool gallery = false;
  std::string trace;  ///< path of the time line's file; empty: none
  bool json = false;
  bool demo = false;
  Verbosity verbosity = Verbosity::normal;
  ColorChoice color = ColorChoice::automatic;
};

constexpr int max_workers = 512;
constexpr int max_in_flight = 1000;  ///< limit of `concurrency`
/// The number of cores that this process may use; see system::usable_processors().
int number_of_cores();

/// Parses the arguments (without the program's name). An Error explains in one line what is wrong with them.
Result<std::variant<Options, HelpText>> parse_options(const std::vector<std::string>& arguments,
                                                      const OptionSources& sources);

}  // namespace spritefarm::cli
