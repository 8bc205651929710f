#include "cli/options.hpp"

#include "cli/help_text.hpp"
#include "cli/option_syntax.hpp"

#include <spritefarm/version.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <thread>

namespace spritefarm::cli {
namespace {

/// The options of this command alone, not yet checked. An option that is not given keeps its default.
struct RawOptions {
  TransportGroup transport;
  std::string output = "sprites", trace;
  std::optional<std::string> path_template;
  int processes = 0, threads = 0, concurrency = 32;
  bool refresh = false, verify = false;
  bool dry_run = false, serial = false, gallery = false, json = false, quiet = false, verbose = false;
};

/// Declares the options to CLI11. Their explanations are in farm_help().
void add_to(CLI::App& app, RawOptions& raw) {
  CLI::Option* const dry_run = app.add_flag("--dry-run", raw.dry_run);
  CLI::Option* processes =
      value_option(app, "-p,--processes", raw.processes, "N")->check(range(1, max_workers));
  CLI::Option* threads =
      value_option(app, "-t,--threads", raw.threads, "N")->check(range(1, max_workers))->excludes(processes);
  value_option(app, "-c,--concurrency", raw.concurrency, "N")->check(range(1, max_in_flight));
  CLI::Option* const transport = raw.transport.add_to(app)->excludes(threads);
  app.add_flag("-s,--serial", raw.serial)->excludes(processes)->excludes(threads)->excludes(transport);

  value_option(app, "-o,--output", raw.output, "DIR");
  value_option(app, "--template", raw.path_template, "T");
  app.add_flag("--refresh", raw.refresh);
  app.add_flag("--verify", raw.verify);
  app.add_flag("--gallery", raw.gallery)->excludes(dry_run);
  value_option(app, "--trace", raw.trace, "FILE");
  app.add_flag("--json", raw.json);
  CLI::Option* quiet = app.add_flag("-q,--quiet", raw.quiet);
  app.add_flag("-v,--verbose", raw.verbose)->excludes(quiet);
  app.set_version_flag("-V,--version", "spritefarm " SPRITEFARM_VERSION "\n");
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

/// Completes options to which the groups have been applied.
Result<void> apply_to(Options& options, const CLI::App& app, const RawOptions& raw) {
  if (raw.serial && app.count("--concurrency") > 0 && raw.concurrency > 1)
    return Error{"--serial downloads one sprite at a time; omit --concurrency"};
  options.mode = raw.serial ? Mode::serial : raw.threads > 0 ? Mode::threads : Mode::processes;
  options.workers = options.mode == Mode::serial    ? 1
                    : options.mode == Mode::threads ? raw.threads
                    : raw.processes > 0             ? raw.processes
                                                    : number_of_cores();
  options.concurrency = options.mode == Mode::serial ? 1 : raw.concurrency;
  options.http.in_flight = options.concurrency;
  raw.transport.apply_to(options);

  if (raw.output.empty()) return Error{"--output needs the name of a directory"};
  options.output = raw.output;
  Result<text::OutputTemplate> path_template = template_of(raw.path_template, options);
  if (!path_template) return path_template.error();
  options.path_template = *std::move(path_template);

  options.dry_run = raw.dry_run;
  options.remember = !raw.dry_run;
  options.refresh = raw.refresh;
  options.verify = raw.verify;
  options.gallery = raw.gallery;
  options.trace = raw.trace;
  options.json = raw.json;
  options.verbosity = raw.quiet ? Verbosity::quiet : raw.verbose ? Verbosity::verbose : Verbosity::normal;
  return {};
}

}  // namespace

int number_of_cores() {
  return std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, max_workers);
}

std::string_view to_string(Transport transport) {
  return transport == Transport::pipe ? "pipe" : "shm";
}

Result<std::variant<Options, HelpText>> parse_options(const std::vector<std::string>& arguments,
                                                      const OptionSources& sources) {
  using Parsed = std::variant<Options, HelpText>;
  CLI::App app;
  NetworkGroup network;
  SelectionGroup selection;
  RawOptions raw;
  network.add_to(app);
  selection.add_to(app);
  add_to(app, raw);
  Result<std::optional<HelpText>> information = read_arguments(app, arguments, farm_help());
  if (!information) return information.error();
  if (*information) return Parsed(**std::move(information));

  Options options;
  Result<void> applied = network.apply_to(options, app, sources);
  if (applied) applied = selection.apply_to(options, app, sources);
  if (applied) applied = apply_to(options, app, raw);
  if (!applied) return applied.error();
  return Parsed(std::move(options));
}

}  // namespace spritefarm::cli
