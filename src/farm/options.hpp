#pragma once

#include "base/result.hpp"
#include "farm/index_cursor.hpp"
#include "farm/messages.hpp"
#include "farm/output_template.hpp"
#include "farm/plan.hpp"
#include "net/http_client.hpp"
#include "sprite/selector.hpp"

#include <iosfwd>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace spritefarm::farm {

enum class Mode { processes, threads, serial };
std::string_view to_string(Mode mode);

/// What the command line says, checked: a value that got here can be used as it is.
struct Options {
  std::vector<std::string> pokemon;  ///< names and ids; empty: the index
  IndexRange index;
  Shard shard;
  std::vector<std::string> sprite_keys;  ///< as they were given
  sprite::Selector selector;             ///< the same, ready for use
  bool dry_run = false;

  Mode mode = Mode::processes;
  int workers = 1;
  int concurrency = 32;

  std::string base_url;  ///< ends in a slash
  net::HttpOptions http;
  std::string output;
  OutputTemplate path_template;

  bool json = false;
  bool demo = false;
  Verbosity verbosity = Verbosity::normal;
};

/// What --help and --version print instead of farming.
struct Information {
  std::string text;
};

/// Where options come from besides the command line.
struct OptionSources {
  const char* base_url = nullptr;  ///< $SPRITEFARM_BASE_URL
  std::istream* names = nullptr;   ///< what '-' reads
};

/// Reads the arguments (without the program's name). An Error says in one line what is wrong with them.
Result<std::variant<Options, Information>> parse_options(const std::vector<std::string>& arguments,
                                                         const OptionSources& sources);

}  // namespace spritefarm::farm
