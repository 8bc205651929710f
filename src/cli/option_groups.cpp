#include "cli/option_groups.hpp"

#include "cli/option_parser.hpp"
#include "cli/options.hpp"
#include "cli/pokemon_arguments.hpp"
#include "net/url.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <utility>

namespace spritefarm::cli {
namespace {

constexpr std::uint32_t max_index = 1'000'000;

Result<void> check_base_url(std::string_view url) {
  const std::size_t scheme = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
  if (scheme == 0 || url.size() == scheme || url[scheme] == '/')
    return Error{fmt::format("'{}' is not an http:// or https:// URL", net::without_credentials(url))};
  const auto is_forbidden = [](unsigned char c) { return c <= ' ' || c == 0x7f || c == '?' || c == '#'; };
  if (std::any_of(url.begin(), url.end(), is_forbidden))
    return Error{
        fmt::format("'{}' contains a space, '?' or '#'; a base URL must not", net::without_credentials(url))};
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

/// A number of bytes, as curl's --limit-rate takes it: with the suffix k, M or G it counts 1024, 1024^2 or
/// 1024^3 of them.
Result<double> parse_byte_count(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  const std::size_t exponent = std::string_view("bBkKmMgG").find(unit.empty() ? 'b' : unit.front());
  const double bytes = number * std::pow(1024, static_cast<double>(exponent / 2));
  if (error != std::errc{} || unit.size() > 1 || exponent == std::string_view::npos ||
      !(bytes >= 1 && bytes <= 1e12))
    return Error{fmt::format("'{}' is not a number of bytes; use for example 500k or 2M", text)};
  return bytes;
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

/// "NAME: VALUE", "NAME:" or "NAME;", as in curl. The message does not quote the header, which may be secret.
Result<void> check_header(std::string_view text) {
  constexpr std::string_view name_characters =  // RFC 9110 §5.6.2
      "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const std::size_t end = text.find_first_not_of(name_characters);
  const bool has_form =
      end != 0 && end != text.npos && (text[end] == ':' || (text[end] == ';' && end + 1 == text.size()));
  if (!has_form || has_control_character(text))
    return Error{"a header has the form 'NAME: VALUE', in one line"};
  return {};
}

Result<void> check_user_agent(std::string_view text) {
  if (has_control_character(text)) return Error{"the text contains a control character"};
  return {};
}

/// The base URL of the command line or the environment, with a slash at its end.
Result<std::string> base_url_of(const OptionParser& parser, const NetworkGroup& raw,
                                const char* from_environment) {
  std::string url = raw.base_url;
  if (!parser.has("--base-url") && from_environment != nullptr && *from_environment != '\0') {
    url = from_environment;
    if (const Result<void> valid = check_base_url(url); !valid)
      return Error{"$SPRITEFARM_BASE_URL: " + valid.error().message};
  }
  if (!url.ends_with('/')) url += '/';
  return url;
}

}  // namespace

OptionSources OptionSources::of_process() {
  return {std::getenv("SPRITEFARM_BASE_URL"), &std::cin, std::getenv("CURL_CA_BUNDLE"),
          std::getenv("SSL_CERT_DIR"), std::getenv("SSL_CERT_FILE")};
}

/// As in curl: --cacert, CURL_CA_BUNDLE, SSL_CERT_DIR, SSL_CERT_FILE.
void set_certificates(net::HttpOptions& http, const std::string& option, const OptionSources& sources) {
  const auto is_set = [](const char* variable) { return variable != nullptr && *variable != '\0'; };
  if (!option.empty()) {
    http.is_ca_directory_alone = std::filesystem::is_directory(option);
    (http.is_ca_directory_alone ? http.ca_directory : http.ca_file) = option;
  } else if (is_set(sources.ca_bundle)) {
    http.ca_file = sources.ca_bundle;
  } else if (is_set(sources.ca_directory)) {
    http.ca_directory = sources.ca_directory;
  } else if (is_set(sources.ca_file)) {
    http.ca_file = sources.ca_file;
  }
}

Option TransportGroup::add_to(OptionParser& parser) {
  return parser.value("--transport", kind, "KIND").check([](std::string_view text) -> Result<void> {
    if (text != "shm" && text != "pipe")
      return Error{fmt::format("'{}' is not a transport; use shm or pipe", text)};
    return {};
  });
}

void TransportGroup::apply_to(Options& options) const {
  options.transport = kind == "pipe" ? Transport::pipe : Transport::shared_memory;
}

void ColorGroup::add_to(OptionParser& parser) {
  parser.value("--color", choice, "WHEN").check([](std::string_view text) -> Result<void> {
    const Result<ColorChoice> parsed = parse_color_choice(text);
    return parsed ? Result<void>() : parsed.error();
  });
}

void ColorGroup::apply_to(Options& options) const {
  options.color = *parse_color_choice(choice);
}

void NetworkGroup::add_to(OptionParser& parser) {
  const Option url = parser.value("--base-url", base_url, "URL").check(check_base_url);
  parser.value("--connect-to", connect_to, "HOST1:PORT1:HOST2:PORT2").check(check_connect_to);
  parser.value("--cacert", certificates, "FILE").existing_path();
  parser.value("--proxy", proxy, "URL");
  parser.value("--noproxy", noproxy, "LIST");
  parser.flag("--allow-private", allow_private);
  parser.value("--user-agent", user_agent, "TEXT").check(check_user_agent);
  parser.value("--header", headers, "HEADER").check(check_header);
  parser.value("--rate", rate, "N").in_range(0.0, 1e6);
  parser.value("--retries", retries, "N").in_range(0, 100);
  parser.value("--timeout", timeout, "SECONDS").in_range(0.01, 86400.0);
  parser.value("--retry-max-time", retry_max_time, "SECONDS").in_range(0u, 86400u);
  parser.value("--limit-rate", limit_rate, "BYTES").check([](std::string_view text) -> Result<void> {
    const Result<double> bytes = parse_byte_count(text);
    return bytes ? Result<void>() : bytes.error();
  });
  parser.flag("--demo", demo).excludes(url);
}

Result<void> NetworkGroup::apply_to(Options& options, const OptionParser& parser,
                                    const OptionSources& sources) const {
  Result<std::string> url = base_url_of(parser, *this, sources.base_url);
  if (!url) return url.error();
  net::SplitUrl base = net::split_credentials(*url);
  options.base_url = std::move(base.url);
  options.http.credentials = std::move(base.credentials);
  if (const std::optional<net::Url> parsed = net::parse_url(options.base_url))
    options.http.home = parsed->origin();
  if (std::isnan(timeout)) return Error{"--timeout: nan is not a number of seconds"};
  if (std::isnan(rate)) return Error{"--rate: nan is not a number of requests"};
  options.http.connect_to = connect_to;
  set_certificates(options.http, certificates, sources);
  if (proxy) {
    net::SplitUrl server = net::split_credentials(*proxy);
    options.http.proxy = std::move(server.url);
    options.http.proxy_credentials = std::move(server.credentials);
  }
  options.http.noproxy = noproxy;
  options.http.allow_private = allow_private;
  options.http.user_agent = user_agent;
  options.http.headers = headers;
  options.http.timeout = std::chrono::milliseconds(static_cast<long>(timeout * 1000));
  options.http.retries = retries;
  options.rate = rate;
  options.retry_max_time = std::chrono::seconds(retry_max_time);
  if (!limit_rate.empty()) options.bytes_per_second = *parse_byte_count(limit_rate);
  options.demo = demo;
  return {};
}

void SelectionGroup::add_to(OptionParser& parser) {
  parser.arguments("POKEMON", pokemon);
  parser.value("--type", types, "NAME");
  parser.value("--generation", generations, "N");
  const Option limit_option = parser.value("-n,--limit", limit, "N").in_range(1u, max_index);
  parser.value("--offset", offset, "N").in_range(0u, max_index);
  parser.flag("--all", all).excludes(limit_option);
  parser.value("--sprite", sprites, "KEY");
  parser.value("--shard", shard, "K/N");
}

Result<void> SelectionGroup::apply_to(Options& options, const OptionParser& parser,
                                      const OptionSources& sources) const {
  Result<std::vector<std::string>> named = pokemon_arguments(pokemon, sources.names);
  if (!named) return named.error();
  options.pokemon = *std::move(named);
  const auto group = [](const char* option, const std::vector<std::string>& raw,
                        std::vector<std::string>& names) -> Result<void> {
    Result<std::vector<std::string>> parsed = parse_name_list(fmt::format("{}", fmt::join(raw, ",")));
    if (parsed && parsed->empty() && !raw.empty()) parsed = Error{"the list is empty"};
    if (!parsed) return Error{fmt::format("{}: {}", option, parsed.error().message)};
    names = *std::move(parsed);
    return {};
  };
  if (Result<void> parsed = group("--type", types, options.types); !parsed) return parsed;
  if (Result<void> parsed = group("--generation", generations, options.generations); !parsed) return parsed;
  const bool has_group = !types.empty() || !generations.empty();
  if (!options.pokemon.empty() && has_group)
    return Error{"--type and --generation select pokémon; omit them if you name pokémon"};
  if ((!options.pokemon.empty() || has_group) && (all || parser.has("--limit") || parser.has("--offset")))
    return Error{
        "--limit, --offset and --all select from the index; omit them if you name pokémon, types or "
        "generations"};
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
