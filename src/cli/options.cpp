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

/// The options of this command alone, as they are written; what is unset keeps its default.
struct Written {
  TransportGroup transport;
  std::string output = "sprites", trace;
  std::optional<std::string> path_template;
  int processes = 0, threads = 0, concurrency = 32;
  bool refresh = false, verify = false;
  bool dry_run = false, serial = false, gallery = false, json = false, quiet = false, verbose = false;
};

/// What CLI11 has to know; what the user has to know is in help_text.
void describe(CLI::App& app, Written& written) {
  CLI::Option* const dry_run = app.add_flag("--dry-run", written.dry_run);
  CLI::Option* processes =
      value_option(app, "-p,--processes", written.processes, "N")->check(range(1, max_workers));
  CLI::Option* threads = value_option(app, "-t,--threads", written.threads, "N")
                             ->check(range(1, max_workers))
                             ->excludes(processes);
  value_option(app, "-c,--concurrency", written.concurrency, "N")->check(range(1, max_in_flight));
  CLI::Option* const transport = written.transport.describe(app)->excludes(threads);
  app.add_flag("-s,--serial", written.serial)->excludes(processes)->excludes(threads)->excludes(transport);

  value_option(app, "-o,--output", written.output, "DIR");
  value_option(app, "--template", written.path_template, "T");
  app.add_flag("--refresh", written.refresh);
  app.add_flag("--verify", written.verify);
  app.add_flag("--gallery", written.gallery)->excludes(dry_run);
  value_option(app, "--trace", written.trace, "FILE");
  app.add_flag("--json", written.json);
  CLI::Option* quiet = app.add_flag("-q,--quiet", written.quiet);
  app.add_flag("-v,--verbose", written.verbose)->excludes(quiet);
  app.set_version_flag("-V,--version", "spritefarm " SPRITEFARM_VERSION "\n");
}

Result<text::OutputTemplate> template_of(const std::optional<std::string>& written, const Options& options) {
  const bool plural = options.selector.plural();
  const std::string default_template = plural ? "{sprite}/{name}.{ext}" : "{name}.{ext}";
  Result<text::OutputTemplate> path = text::OutputTemplate::parse(written.value_or(default_template));
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

/// Into options that have the groups' already.
std::optional<Error> read_into(Options& options, const CLI::App& app, const Written& written) {
  if (written.serial && app.count("--concurrency") > 0 && written.concurrency > 1)
    return Error{"--serial is one sprite at a time: leave --concurrency out"};
  options.mode = written.serial ? Mode::serial : written.threads > 0 ? Mode::threads : Mode::processes;
  options.workers = options.mode == Mode::serial    ? 1
                    : options.mode == Mode::threads ? written.threads
                    : written.processes > 0         ? written.processes
                                                    : number_of_cores();
  options.concurrency = options.mode == Mode::serial ? 1 : written.concurrency;
  options.http.in_flight = options.concurrency;
  written.transport.read_into(options);

  if (written.output.empty()) return Error{"--output needs a directory"};
  options.output = written.output;
  Result<text::OutputTemplate> path_template = template_of(written.path_template, options);
  if (!path_template) return path_template.error();
  options.path_template = *std::move(path_template);

  options.dry_run = written.dry_run;
  options.remember = !written.dry_run;
  options.refresh = written.refresh;
  options.verify = written.verify;
  options.gallery = written.gallery;
  options.trace = written.trace;
  options.json = written.json;
  options.verbosity = written.quiet     ? Verbosity::quiet
                      : written.verbose ? Verbosity::verbose
                                        : Verbosity::normal;
  return std::nullopt;
}

}  // namespace

int number_of_cores() {
  return std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, max_workers);
}

std::string_view to_string(Transport transport) {
  return transport == Transport::pipe ? "pipe" : "shm";
}

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
  NetworkGroup network;
  SelectionGroup selection;
  Written written;
  network.describe(app);
  selection.describe(app);
  describe(app, written);
  Result<std::optional<Information>> information = read_arguments(app, arguments, help_text);
  if (!information) return information.error();
  if (*information) return Parsed(**std::move(information));

  Options options;
  std::optional<Error> wrong = network.read_into(options, app, sources);
  if (!wrong) wrong = selection.read_into(options, app, sources);
  if (!wrong) wrong = read_into(options, app, written);
  if (wrong) return *std::move(wrong);
  return Parsed(std::move(options));
}

}  // namespace spritefarm::cli
