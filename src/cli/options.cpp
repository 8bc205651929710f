#include "cli/options.hpp"

#include "cli/help_text.hpp"
#include "cli/option_parser.hpp"
#include "system/processors.hpp"

#include <spritefarm/version.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace spritefarm::cli {
namespace {

/// It becomes an argument of ssh, which would take a dash for an option.
Result<void> check_ssh_host(const std::string& text) {
  if (text.empty() || text.front() == '-' || text.find_first_of(" \t\n") != text.npos)
    return Error{fmt::format("'{}' is no host; give HOST or USER@HOST", text)};
  return {};
}

/// The options of this command alone, not yet checked. An option that is not given keeps its default.
struct RawOptions {
  TransportGroup transport;
  ColorGroup color;
  std::string output, ledger, mtime = "now", sandbox = "on", trace;
  std::optional<std::string> path_template;
  std::string broker, group = Options{}.group;
  std::vector<std::string> ssh_hosts;
  double rate_per_node = 0;
  bool cluster = false;
  int processes = 0, threads = 0, concurrency = Options{}.concurrency;
  bool refresh = false, verify = false;
  bool dry_run = false, serial = false, gallery = false, json = false, quiet = false, verbose = false;
};

/// Declares the options to CLI11. Their explanations are in farm_help().
void add_to(OptionParser& parser, RawOptions& raw) {
  const Option dry_run = parser.flag("--dry-run", raw.dry_run);
  const Option processes = parser.value("-p,--processes", raw.processes, "N").in_range(1, max_workers);
  const Option threads =
      parser.value("-t,--threads", raw.threads, "N").in_range(1, max_workers).excludes(processes);
  const Option concurrency =
      parser.value("-c,--concurrency", raw.concurrency, "N").in_range(1, max_in_flight);
  const Option transport = raw.transport.add_to(parser).excludes(threads);
  const Option serial =
      parser.flag("-s,--serial", raw.serial).excludes(processes).excludes(threads).excludes(transport);

  const Option sandbox =
      parser.value("--sandbox", raw.sandbox, "KIND").check([](std::string_view text) -> Result<void> {
        if (text != "on" && text != "off")
          return Error{fmt::format("'{}' is no sandbox; use on or off", text)};
        return {};
      });
  parser.value("-o,--output", raw.output, "DIR");
  parser.value("--template", raw.path_template, "T");
  parser.value("--ledger", raw.ledger, "FILE|none");
  parser.value("--mtime", raw.mtime, "KIND").check([](std::string_view text) -> Result<void> {
    if (text != "now" && text != "server")
      return Error{fmt::format("'{}' is no time of a file; use now or server", text)};
    return {};
  });
  parser.flag("--refresh", raw.refresh);
  parser.flag("--verify", raw.verify);
  parser.flag("--gallery", raw.gallery).excludes(dry_run);
  parser.value("--trace", raw.trace, "FILE");
  parser.flag("--json", raw.json);
  raw.color.add_to(parser);
  const Option quiet = parser.flag("-q,--quiet", raw.quiet);
  parser.flag("-v,--verbose", raw.verbose).excludes(quiet);
  parser.flag("--cluster", raw.cluster)
      .excludes(processes)
      .excludes(threads)
      .excludes(serial)
      .excludes(concurrency)
      .excludes(transport)
      .excludes(sandbox);
  parser.value("--broker", raw.broker, "URL").needs("--cluster");
  parser.value("--group", raw.group, "NAME").needs("--cluster");
  parser.list("--ssh", raw.ssh_hosts, "HOST,...").needs("--cluster").check(check_ssh_host);
  parser.value("--rate-per-node", raw.rate_per_node, "N").in_range(0.0, 1e6).needs("--cluster");
  parser.version("-V,--version", "spritefarm " SPRITEFARM_VERSION "\n");
}

Result<text::OutputTemplate> template_of(const std::optional<std::string>& raw, const Options& options) {
  const bool plural = options.selector.plural();
  const std::string default_template = plural ? "{sprite}/{name}.{ext}" : "{name}.{ext}";
  Result<text::OutputTemplate> path = text::OutputTemplate::parse(raw.value_or(default_template));
  if (!path) return Error{"--template: " + path.error().message};
  if (plural && !path->tells_sprites_apart())
    return Error{
        "--template needs {sprite} if more than one sprite per pokémon is selected: "
        "the files would overwrite each other"};
  if (options.pokemon.size() != 1 && !path->tells_pokemon_apart())
    return Error{
        "--template needs {name} or {id} if more than one pokémon is selected: "
        "the files would overwrite each other"};
  return path;
}

/// One worker for each core, from four to eight, but no more than the selection keeps busy. Four use up a
/// line with a long round trip, on which each worker waits; eight use up any line and host; and each costs a
/// fork and two TLS handshakes (scripts/bench --lines).
int default_workers(const Options& options) {
  constexpr std::uint64_t pokemon_per_worker = 50;
  constexpr int min = 4, max = 8;
  const std::uint64_t pokemon = !options.pokemon.empty()
                                    ? options.pokemon.size()
                                    : options.index.limit.value_or(max * pokemon_per_worker);
  const std::uint64_t busy = (pokemon + pokemon_per_worker - 1) / pokemon_per_worker;
  return std::min(std::clamp(number_of_cores(), min, max),
                  static_cast<int>(std::clamp<std::uint64_t>(busy, 1, max)));
}

/// Completes options to which the groups have been applied.
Result<void> apply_to(Options& options, const OptionParser& parser, const RawOptions& raw) {
  if (raw.serial && parser.has("--concurrency") && raw.concurrency > 1)
    return Error{"--serial downloads one sprite at a time; omit --concurrency"};
  if (parser.has("--rate-per-node") && parser.has("--rate"))
    return Error{"--rate-per-node gives each node a rate of its own; omit --rate"};
  if (std::isnan(raw.rate_per_node)) return Error{"--rate-per-node: nan is not a number of requests"};
  options.mode = raw.cluster       ? Mode::cluster
                 : raw.serial      ? Mode::serial
                 : raw.threads > 0 ? Mode::threads
                                   : Mode::processes;
  if (parser.has("--rate-per-node")) options.rate = raw.rate_per_node;
  options.is_rate_per_node = parser.has("--rate-per-node");
  options.broker = raw.broker;
  options.group = raw.group;
  options.ssh_hosts = raw.ssh_hosts;
  options.workers = options.mode == Mode::serial || options.mode == Mode::cluster ? 1
                    : options.mode == Mode::threads                               ? raw.threads
                    : raw.processes > 0                                           ? raw.processes
                                                                                  : default_workers(options);
  options.concurrency = options.mode == Mode::serial ? 1 : raw.concurrency;
  options.http.in_flight = options.concurrency;
  raw.transport.apply_to(options);

  if (parser.has("--output") && raw.output.empty()) return Error{"--output needs the name of a directory"};
  options.output = !raw.output.empty() ? raw.output : options.demo ? "demo-sprites" : "sprites";
  Result<text::OutputTemplate> path_template = template_of(raw.path_template, options);
  if (!path_template) return path_template.error();
  options.path_template = *std::move(path_template);

  options.confines_workers = raw.sandbox == "on";
  options.dry_run = raw.dry_run;
  if (parser.has("--ledger") && raw.ledger.empty())
    return Error{"--ledger needs the name of a file, or none"};
  options.remember = !raw.dry_run && raw.ledger != "none";
  options.ledger = raw.ledger;
  options.refresh = raw.refresh;
  options.verify = raw.verify;
  options.server_times = raw.mtime == "server";
  options.gallery = raw.gallery || (options.demo && !raw.dry_run);
  options.trace = raw.trace;
  options.json = raw.json;
  raw.color.apply_to(options);
  options.verbosity = raw.quiet ? Verbosity::quiet : raw.verbose ? Verbosity::verbose : Verbosity::normal;
  return {};
}

}  // namespace

int number_of_cores() {
  return std::min(system::usable_processors(), max_workers);
}

std::string_view to_string(Transport transport) {
  return transport == Transport::pipe ? "pipe" : "shm";
}

Result<std::variant<Options, HelpText>> parse_options(const std::vector<std::string>& arguments,
                                                      const OptionSources& sources) {
  using Parsed = std::variant<Options, HelpText>;
  OptionParser parser;
  NetworkGroup network;
  SelectionGroup selection;
  RawOptions raw;
  network.add_to(parser);
  selection.add_to(parser);
  add_to(parser, raw);
  Result<std::optional<HelpText>> information = parser.read(arguments, farm_help());
  if (!information) return information.error();
  if (*information) return Parsed(**std::move(information));

  Options options;
  Result<void> applied = network.apply_to(options, parser, sources);
  if (applied) applied = selection.apply_to(options, parser, sources);
  if (applied) applied = apply_to(options, parser, raw);
  if (!applied) return applied.error();
  return Parsed(std::move(options));
}

}  // namespace spritefarm::cli
