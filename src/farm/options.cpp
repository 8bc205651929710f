#include "farm/options.hpp"

#include <spritefarm/version.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <istream>
#include <sstream>
#include <thread>

namespace spritefarm::farm {
namespace {

constexpr std::uint32_t most_of_index = 1'000'000;

/// The options as they are written; what is unset keeps its default.
struct Written {
  std::vector<std::string> pokemon, sprites{"front_default"}, connect_to;
  std::uint32_t limit = 100, offset = 0;
  std::string shard = "1/1", transport = "pipe", base_url = "https://pokeapi.co/api/v2/", ca_file, proxy;
  std::string output = "sprites", path_template;
  int processes = 0, threads = 0, concurrency = 32, retries = 4;
  double timeout = 30;
  bool all = false, dry_run = false, serial = false, json = false, demo = false, quiet = false,
       verbose = false;
};

/// A validator for CLI11, from a function that says what is wrong with a value, or nothing.
template <typename Check>
CLI::Validator checked(Check check) {
  return CLI::Validator([check](std::string& value) { return std::string(check(value)); }, "");
}

std::string_view wrong_url(std::string_view url) {
  const std::size_t scheme = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
  if (scheme == 0 || url.size() == scheme || url[scheme] == '/') return "is no http:// or https:// URL";
  const auto is_odd = [](unsigned char c) { return c <= ' ' || c == 0x7f || c == '?' || c == '#'; };
  return std::any_of(url.begin(), url.end(), is_odd)
             ? "has a space, a '?' or a '#', which a base URL may not have"
             : "";
}

/// HOST1:PORT1:HOST2:PORT2, where IPv6 addresses stand in brackets and anything may be empty, as curl has it.
bool is_connect_to(std::string_view text) {
  int colons = 0;
  bool in_brackets = false, port_is_number = true;
  for (const char c : text) {
    if (c == '[' || c == ']') in_brackets = c == '[';
    if (c == ':' && !in_brackets)
      ++colons;
    else if (colons % 2 == 1)
      port_is_number = port_is_number && c >= '0' && c <= '9';
  }
  return colons == 3 && port_is_number && !in_brackets;
}

void describe(CLI::App& app, Written& written) {
  const auto number = [](auto least, auto most) { return CLI::Range(least, most); };

  app.add_option("POKEMON", written.pokemon,
                 "names or ids; none: the index; '-': read them from standard input");

  const char* selection = "What to farm";
  CLI::Option* limit = app.add_option("-n,--limit", written.limit, "how many of the index [100]")
                           ->check(number(1u, most_of_index))
                           ->group(selection);
  app.add_option("--offset", written.offset, "how many of the index to pass over first [0]")
      ->check(number(0u, most_of_index))
      ->group(selection);
  app.add_flag("--all", written.all, "all of the index")->excludes(limit)->group(selection);
  app.add_option(
         "--sprite", written.sprites,
         "which sprites: keys of the record's `sprites` tree, joined by dots; '*' for any one key; or 'all' "
         "[front_default]")
      ->type_name("KEY,...")
      ->allow_extra_args(false)
      ->group(selection);
  app.add_option("--shard", written.shard, "one node's share of it: every N-th, from the K-th, K from 1 to N")
      ->type_name("K/N")
      ->group(selection);
  app.add_flag("--dry-run", written.dry_run,
               "print what would be downloaded: records are read, images are not")
      ->group(selection);

  const char* workers = "Who farms";
  CLI::Option* processes =
      app.add_option("-p,--processes", written.processes, "forked workers [number of cores]")
          ->check(number(1, 512))
          ->group(workers);
  CLI::Option* threads = app.add_option("-t,--threads", written.threads, "threads instead")
                             ->check(number(1, 512))
                             ->excludes(processes)
                             ->group(workers);
  CLI::Option* concurrency =
      app.add_option("-c,--concurrency", written.concurrency, "sprites in flight in each worker [32]")
          ->check(number(1, 1000))
          ->group(workers);
  app.add_flag("-s,--serial", written.serial, "neither: one sprite at a time")
      ->excludes(processes)
      ->excludes(threads)
      ->excludes(concurrency)
      ->group(workers);
  app.add_option("--transport", written.transport,
                 "how calls and results travel between processes: pipe [pipe]")
      ->check(CLI::IsMember({"pipe"}))
      ->type_name("KIND")
      ->excludes(threads)
      ->group(workers);

  const char* network = "Where from";
  CLI::Option* base_url =
      app.add_option("--base-url", written.base_url,
                     "of the PokéAPI [https://pokeapi.co/api/v2/], also $SPRITEFARM_BASE_URL")
          ->type_name("URL")
          ->check(checked([](const std::string& url) {
            const std::string_view wrong = wrong_url(url);
            return wrong.empty() ? "" : fmt::format("'{}' {}", url, wrong);
          }))
          ->group(network);
  app.add_option("--connect-to", written.connect_to, "as curl has it; may be repeated")
      ->type_name("HOST1:PORT1:HOST2:PORT2")
      ->allow_extra_args(false)
      ->check(checked([](const std::string& text) {
        return is_connect_to(text) ? ""
                                   : fmt::format("'{}' is not of the form HOST1:PORT1:HOST2:PORT2", text);
      }))
      ->group(network);
  app.add_option("--cacert", written.ca_file, "certificates to trust, PEM")
      ->type_name("FILE")
      ->check(CLI::ExistingFile)
      ->group(network);
  app.add_option("--proxy", written.proxy, "as curl has it")->type_name("URL")->group(network);
  app.add_option("--retries", written.retries, "further attempts for a request that failed [4]")
      ->check(number(0, 100))
      ->group(network);
  app.add_option("--timeout", written.timeout, "for one attempt [30]")
      ->type_name("SECONDS")
      ->check(number(0.01, 86400.0))
      ->group(network);
  app.add_flag("--demo", written.demo,
               "farm from an embedded mirror, started and stopped with the run: no network needed")
      ->excludes(base_url)
      ->group(network);

  const char* results = "Results";
  app.add_option("-o,--output", written.output, "where the sprites go [sprites]")
      ->type_name("DIR")
      ->group(results);
  app.add_option(
         "--template", written.path_template,
         "path below DIR, of {name}, {id}, {sprite} and {ext} [{name}.{ext}; with more than one sprite "
         "{sprite}/{name}.{ext}]")
      ->type_name("T")
      ->group(results);
  app.add_flag("--json", written.json, "the report as one JSON object on standard output")->group(results);
  CLI::Option* quiet = app.add_flag("-q,--quiet", written.quiet, "say only what failed")->group(results);
  app.add_flag("-v,--verbose", written.verbose, "say what happens to each sprite")
      ->excludes(quiet)
      ->group(results);

  app.set_help_flag("-h,--help", "this text");
  app.set_version_flag("-V,--version", "spritefarm " SPRITEFARM_VERSION);
  app.footer(
      "Sub-commands, each with its own --help:\n"
      "  spritefarm mirror           a small PokéAPI on loopback\n\n"
      "Exit status: 0 all that exists is on disk; 1 some sprites failed, each named with its reason; 2 "
      "usage;\n"
      "3 the index could not be had; 4 the output directory cannot be used; 130 interrupted.");
}

/// What the user's base URL is, with the slash at its end that what follows relies on.
Result<std::string> base_url_of(const CLI::App& app, const Written& written, const char* from_environment) {
  std::string url = written.base_url;
  if (app.count("--base-url") == 0 && from_environment != nullptr && *from_environment != '\0') {
    url = from_environment;
    if (const std::string_view wrong = wrong_url(url); !wrong.empty())
      return Error{fmt::format("$SPRITEFARM_BASE_URL: '{}' {}", url, wrong)};
  }
  if (!url.ends_with('/')) url += '/';
  return url;
}

/// The names of the command line, with those of standard input in the place of '-', each checked.
Result<std::vector<std::string>> pokemon_of(const Written& written, const std::string& base_url,
                                            std::istream* input) {
  std::vector<std::string> pokemon;
  for (const std::string& name : written.pokemon) {
    if (name != "-") {
      pokemon.push_back(name);
      continue;
    }
    if (input == nullptr) return Error{"'-' may be given once: there is one standard input"};
    for (std::string read; *input >> read;) pokemon.push_back(std::move(read));
    if (input->bad()) return Error{"standard input cannot be read"};
    input = nullptr;
    if (pokemon.empty()) return Error{"'-' was given, but standard input names no pokémon"};
  }
  for (const std::string& name : pokemon)
    if (Result<FarmTask> task = named_task(name, base_url); !task) return task.error();
  return pokemon;
}

Result<OutputTemplate> template_of(const Written& written, const Options& options) {
  const bool plural = options.selector.plural();
  const std::string default_template = plural ? "{sprite}/{name}.{ext}" : "{name}.{ext}";
  Result<OutputTemplate> path =
      OutputTemplate::parse(written.path_template.empty() ? default_template : written.path_template);
  if (!path) return path;
  if (plural && !path->tells_sprites_apart())
    return Error{
        "--template needs {sprite} where more than one sprite of a pokémon is asked for: they would "
        "overwrite "
        "each other"};
  if (options.pokemon.size() != 1 && !path->tells_pokemon_apart())
    return Error{
        "--template needs {name} or {id} where more than one pokémon is asked for: they would overwrite each "
        "other"};
  return path;
}

Result<Options> options_of(const CLI::App& app, const Written& written, const OptionSources& sources) {
  Options options;
  Result<std::string> base_url = base_url_of(app, written, sources.base_url);
  if (!base_url) return base_url.error();
  options.base_url = *std::move(base_url);

  Result<std::vector<std::string>> pokemon = pokemon_of(written, options.base_url, sources.names);
  if (!pokemon) return pokemon.error();
  options.pokemon = *std::move(pokemon);
  if (!options.pokemon.empty() && (written.all || app.count("--limit") + app.count("--offset") > 0))
    return Error{"--limit, --offset and --all choose from the index: leave them out where pokémon are named"};
  options.index.offset = written.offset;
  if (!written.all) options.index.limit = written.limit;

  const Result<Shard> shard = Shard::parse(written.shard);
  if (!shard) return Error{"--shard: " + shard.error().message};
  options.shard = *shard;

  const std::string keys = fmt::format("{}", fmt::join(written.sprites, ","));
  Result<sprite::Selector> selector = sprite::Selector::parse(keys);
  if (!selector) return Error{"--sprite: " + selector.error().message};
  options.selector = *std::move(selector);
  std::istringstream each(keys);
  for (std::string key; std::getline(each, key, ',');) options.sprite_keys.push_back(key);

  options.mode = written.serial ? Mode::serial : written.threads > 0 ? Mode::threads : Mode::processes;
  options.workers = options.mode == Mode::serial    ? 1
                    : options.mode == Mode::threads ? written.threads
                    : written.processes > 0
                        ? written.processes
                        : std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, 512);
  options.concurrency = options.mode == Mode::serial ? 1 : written.concurrency;

  options.http.connect_to = written.connect_to;
  options.http.ca_file = written.ca_file;
  options.http.proxy = written.proxy;
  options.http.timeout = std::chrono::milliseconds(static_cast<long>(written.timeout * 1000));
  options.http.in_flight = options.concurrency;
  options.http.retries = written.retries;

  if (written.output.empty()) return Error{"--output needs a directory"};
  options.output = written.output;
  Result<OutputTemplate> path_template = template_of(written, options);
  if (!path_template) return path_template.error();
  options.path_template = *std::move(path_template);

  options.dry_run = written.dry_run;
  options.json = written.json;
  options.demo = written.demo;
  options.verbosity = written.quiet     ? Verbosity::quiet
                      : written.verbose ? Verbosity::verbose
                                        : Verbosity::normal;
  return options;
}

}  // namespace

std::string_view to_string(Mode mode) {
  switch (mode) {
    case Mode::processes:
      return "processes";
    case Mode::threads:
      return "threads";
    case Mode::serial:
      return "serial";
  }
  return "";
}

Result<std::variant<Options, Information>> parse_options(const std::vector<std::string>& arguments,
                                                         const OptionSources& sources) {
  using Parsed = std::variant<Options, Information>;
  CLI::App app("Farms the sprites of the PokéAPI's pokémon with forked worker processes.", "spritefarm");
  Written written;
  describe(app, written);
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // as CLI11 wants them
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    return Parsed(Information{app.help()});
  } catch (const CLI::CallForVersion& version) {
    return Parsed(Information{version.what() + std::string("\n")});
  } catch (const CLI::ParseError& error) {
    return Error{error.what()};
  }
  Result<Options> options = options_of(app, written, sources);
  if (!options) return options.error();
  return Parsed(*std::move(options));
}

}  // namespace spritefarm::farm
