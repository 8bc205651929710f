#include "farm/options.hpp"

#include "farm/help_text.hpp"

#include <spritefarm/version.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <istream>
#include <optional>
#include <sstream>
#include <thread>

namespace spritefarm::farm {
namespace {

constexpr std::uint32_t most_of_index = 1'000'000;
constexpr int most_workers = 512;

/// The options as they are written; what is unset keeps its default.
struct Written {
  std::vector<std::string> pokemon, sprites{"front_default"}, connect_to;
  std::uint32_t limit = 100, offset = 0;
  std::string shard = "1/1", transport = "pipe", base_url = "https://pokeapi.co/api/v2/", ca_file, proxy;
  std::string output = "sprites";
  std::optional<std::string> path_template;
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

/// A number from `least` to `most`, whatever its type.
template <typename T>
CLI::Validator range(T least, T most) {
  return CLI::Range(least, most).description("");
}

/// What CLI11 has to know; what the user has to know is in help_text.
void describe(CLI::App& app, Written& written) {
  const auto option = [&app](const char* names, auto& value, const char* value_name) {
    return app.add_option(names, value)->type_name(value_name)->allow_extra_args(false);
  };
  app.add_option("POKEMON", written.pokemon);

  CLI::Option* limit = option("-n,--limit", written.limit, "N")->check(range(1u, most_of_index));
  option("--offset", written.offset, "N")->check(range(0u, most_of_index));
  app.add_flag("--all", written.all)->excludes(limit);
  option("--sprite", written.sprites, "KEY");
  option("--shard", written.shard, "K/N");
  app.add_flag("--dry-run", written.dry_run);

  CLI::Option* processes = option("-p,--processes", written.processes, "N")->check(range(1, most_workers));
  CLI::Option* threads =
      option("-t,--threads", written.threads, "N")->check(range(1, most_workers))->excludes(processes);
  option("-c,--concurrency", written.concurrency, "N")->check(range(1, 1000));
  CLI::Option* transport =
      option("--transport", written.transport, "KIND")
          ->check(checked([](const std::string& kind) {
            return kind == "pipe" ? "" : fmt::format("'{}' is not available: only pipe is", kind);
          }))
          ->excludes(threads);
  app.add_flag("-s,--serial", written.serial)->excludes(processes)->excludes(threads)->excludes(transport);

  CLI::Option* base_url =
      option("--base-url", written.base_url, "URL")->check(checked([](const std::string& url) {
        const std::string_view wrong = wrong_url(url);
        return wrong.empty() ? "" : fmt::format("'{}' {}", url, wrong);
      }));
  option("--connect-to", written.connect_to, "HOST1:PORT1:HOST2:PORT2")
      ->check(checked([](const std::string& text) {
        return is_connect_to(text) ? ""
                                   : fmt::format("'{}' is not of the form HOST1:PORT1:HOST2:PORT2", text);
      }));
  option("--cacert", written.ca_file, "FILE")->check(CLI::Validator(CLI::ExistingFile).description(""));
  option("--proxy", written.proxy, "URL");
  option("--retries", written.retries, "N")->check(range(0, 100));
  option("--timeout", written.timeout, "SECONDS")->check(range(0.01, 86400.0));
  app.add_flag("--demo", written.demo)->excludes(base_url);

  option("-o,--output", written.output, "DIR");
  option("--template", written.path_template, "T");
  app.add_flag("--json", written.json);
  CLI::Option* quiet = app.add_flag("-q,--quiet", written.quiet);
  app.add_flag("-v,--verbose", written.verbose)->excludes(quiet);
  app.set_help_flag("-h,--help");
  app.set_version_flag("-V,--version", "spritefarm " SPRITEFARM_VERSION "\n");
}

/// CLI11 calls an option by its long name alone, also where the user gave the short one: "-n,--limit: …".
std::string with_short_names(const CLI::App& app, std::string message) {
  for (const CLI::Option* option : app.get_options())
    if (message.starts_with(option->get_name() + ":"))
      return message.replace(0, option->get_name().size(), option->get_name(false, true));
  return message;
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
  Result<OutputTemplate> path = OutputTemplate::parse(written.path_template.value_or(default_template));
  if (!path) return Error{"--template: " + path.error().message};
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

  if (written.serial && app.count("--concurrency") > 0 && written.concurrency > 1)
    return Error{"--serial is one sprite at a time: leave --concurrency out"};
  options.mode = written.serial ? Mode::serial : written.threads > 0 ? Mode::threads : Mode::processes;
  options.workers = options.mode == Mode::serial    ? 1
                    : options.mode == Mode::threads ? written.threads
                    : written.processes > 0
                        ? written.processes
                        : std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, most_workers);
  options.concurrency = options.mode == Mode::serial ? 1 : written.concurrency;

  if (std::isnan(written.timeout)) return Error{"--timeout: nan is no number of seconds"};
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
  CLI::App app;
  Written written;
  describe(app, written);
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // as CLI11 wants them
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    return Parsed(Information{help_text});
  } catch (const CLI::CallForVersion& version) {
    return Parsed(Information{version.what()});
  } catch (const CLI::ParseError& error) {
    return Error{with_short_names(app, error.what())};
  }
  Result<Options> options = options_of(app, written, sources);
  if (!options) return options.error();
  return Parsed(*std::move(options));
}

}  // namespace spritefarm::farm
