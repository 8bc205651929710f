#include "cli/option_groups.hpp"

#include "cli/option_syntax.hpp"
#include "cli/options.hpp"
#include "pokeapi/named_pokemon.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <istream>
#include <sstream>
#include <utility>

namespace spritefarm::cli {
namespace {

constexpr std::uint32_t max_index = 1'000'000;

Result<void> check_base_url(std::string_view url) {
  const std::size_t scheme = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
  if (scheme == 0 || url.size() == scheme || url[scheme] == '/')
    return Error{fmt::format("'{}' is not an http:// or https:// URL", url)};
  const auto is_forbidden = [](unsigned char c) { return c <= ' ' || c == 0x7f || c == '?' || c == '#'; };
  if (std::any_of(url.begin(), url.end(), is_forbidden))
    return Error{fmt::format("'{}' contains a space, '?' or '#'; a base URL must not", url)};
  return {};
}

/// HOST1:PORT1:HOST2:PORT2, as in curl: IPv6 addresses are in brackets, and any part may be empty.
Result<void> check_connect_to(std::string_view text) {
  int colons = 0;
  bool in_brackets = false, port_is_number = true;
  for (const char c : text) {
    if (c == '[' || c == ']') in_brackets = c == '[';
    if (c == ':' && !in_brackets)
      ++colons;
    else if (colons % 2 == 1)
      port_is_number = port_is_number && c >= '0' && c <= '9';
  }
  if (colons != 3 || !port_is_number || in_brackets)
    return Error{fmt::format("'{}' does not have the form HOST1:PORT1:HOST2:PORT2", text)};
  return {};
}

/// The base URL of the command line or the environment, with a slash at its end.
Result<std::string> base_url_of(const CLI::App& app, const NetworkGroup& raw, const char* from_environment) {
  std::string url = raw.base_url;
  if (app.count("--base-url") == 0 && from_environment != nullptr && *from_environment != '\0') {
    url = from_environment;
    if (const Result<void> valid = check_base_url(url); !valid)
      return Error{"$SPRITEFARM_BASE_URL: " + valid.error().message};
  }
  if (!url.ends_with('/')) url += '/';
  return url;
}

/// The names of the command line, each checked. The names of standard input replace '-'.
Result<std::vector<std::string>> pokemon_of(const SelectionGroup& raw, const std::string& base_url,
                                            std::istream* input) {
  std::vector<std::string> pokemon;
  for (const std::string& name : raw.pokemon) {
    if (name != "-") {
      pokemon.push_back(name);
      continue;
    }
    if (input == nullptr) return Error{"'-' is given twice, but standard input can be read only once"};
    for (std::string read; *input >> read;) pokemon.push_back(std::move(read));
    if (input->bad()) return Error{"cannot read pokémon from standard input"};
    input = nullptr;
    if (pokemon.empty()) return Error{"'-' reads pokémon from standard input, but it is empty"};
  }
  for (const std::string& name : pokemon)
    if (const auto checked = pokeapi::named_pokemon(name, base_url); !checked) return checked.error();
  return pokemon;
}

}  // namespace

CLI::Option* TransportGroup::add_to(CLI::App& app) {
  return value_option(app, "--transport", kind, "KIND")
      ->check(checked([](std::string_view text) -> Result<void> {
        if (text != "shm" && text != "pipe")
          return Error{fmt::format("'{}' is not a transport; use shm or pipe", text)};
        return {};
      }));
}

void TransportGroup::apply_to(Options& options) const {
  options.transport = kind == "pipe" ? Transport::pipe : Transport::shared_memory;
}

void NetworkGroup::add_to(CLI::App& app) {
  CLI::Option* url = value_option(app, "--base-url", base_url, "URL")->check(checked(check_base_url));
  value_option(app, "--connect-to", connect_to, "HOST1:PORT1:HOST2:PORT2")->check(checked(check_connect_to));
  value_option(app, "--cacert", ca_file, "FILE")->check(CLI::Validator(CLI::ExistingFile).description(""));
  value_option(app, "--proxy", proxy, "URL");
  value_option(app, "--rate", rate, "N")->check(range(0.0, 1e6));
  value_option(app, "--retries", retries, "N")->check(range(0, 100));
  value_option(app, "--timeout", timeout, "SECONDS")->check(range(0.01, 86400.0));
  app.add_flag("--demo", demo)->excludes(url);
}

Result<void> NetworkGroup::apply_to(Options& options, const CLI::App& app,
                                    const OptionSources& sources) const {
  Result<std::string> url = base_url_of(app, *this, sources.base_url);
  if (!url) return url.error();
  options.base_url = *std::move(url);
  if (std::isnan(timeout)) return Error{"--timeout: nan is not a number of seconds"};
  if (std::isnan(rate)) return Error{"--rate: nan is not a number of requests"};
  options.http.connect_to = connect_to;
  options.http.ca_file = ca_file;
  options.http.proxy = proxy;
  options.http.timeout = std::chrono::milliseconds(static_cast<long>(timeout * 1000));
  options.http.retries = retries;
  options.rate = rate;
  options.demo = demo;
  return {};
}

void SelectionGroup::add_to(CLI::App& app) {
  app.add_option("POKEMON", pokemon);
  CLI::Option* limit_option = value_option(app, "-n,--limit", limit, "N")->check(range(1u, max_index));
  value_option(app, "--offset", offset, "N")->check(range(0u, max_index));
  app.add_flag("--all", all)->excludes(limit_option);
  value_option(app, "--sprite", sprites, "KEY");
  value_option(app, "--shard", shard, "K/N");
}

Result<void> SelectionGroup::apply_to(Options& options, const CLI::App& app,
                                      const OptionSources& sources) const {
  Result<std::vector<std::string>> named = pokemon_of(*this, options.base_url, sources.names);
  if (!named) return named.error();
  options.pokemon = *std::move(named);
  if (!options.pokemon.empty() && (all || app.count("--limit") + app.count("--offset") > 0))
    return Error{"--limit, --offset and --all select from the index; omit them if you name pokémon"};
  options.index.offset = offset;
  if (!all) options.index.limit = limit;

  const Result<Shard> share = Shard::parse(shard);
  if (!share) return Error{"--shard: " + share.error().message};
  options.shard = *share;

  const std::string keys = fmt::format("{}", fmt::join(sprites, ","));
  Result<pokeapi::Selector> selector = pokeapi::Selector::parse(keys);
  if (!selector) return Error{"--sprite: " + selector.error().message};
  options.selector = *std::move(selector);
  std::istringstream each(keys);
  for (std::string key; std::getline(each, key, ',');) options.sprite_keys.push_back(key);
  return {};
}

}  // namespace spritefarm::cli
