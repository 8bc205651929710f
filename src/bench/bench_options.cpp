#include "bench/bench_options.hpp"

#include "bench/bench_help_text.hpp"
#include "cli/option_syntax.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

namespace spritefarm::bench {
namespace {

/// The options of this command alone, as CLI11 reads them.
struct RawOptions {
  std::vector<int> processes{cli::number_of_cores()}, threads{cli::number_of_cores()};
  std::optional<int> in_flight;
  cli::TransportGroup transport;
  int rounds = 5;
  long cpu = 0, latency = 0;
  std::string report;
  bool json = false;
};

void add_to(CLI::App& app, RawOptions& raw) {
  constexpr long hour = 3'600'000;
  cli::list_option(app, "-p,--processes", raw.processes, "N")->check(cli::range(1, cli::max_workers));
  cli::list_option(app, "-t,--threads", raw.threads, "N")->check(cli::range(1, cli::max_workers));
  cli::value_option(app, "--in-flight", raw.in_flight, "N")
      ->check(cli::range(1, cli::max_workers * cli::max_in_flight));
  raw.transport.add_to(app);
  cli::value_option(app, "--rounds", raw.rounds, "N")->check(cli::range(1, 1000));
  cli::value_option(app, "--cpu", raw.cpu, "MS")->check(cli::range(0L, hour));
  cli::value_option(app, "--latency", raw.latency, "MS")->check(cli::range(0L, hour))->needs("--demo");
  cli::value_option(app, "--report", raw.report, "FILE.html")
      ->check(cli::checked([](std::string_view path) -> Result<void> {
        if (path.empty()) return Error{"is empty"};
        return {};
      }));
  app.add_flag("--json", raw.json);
}

/// The smallest number, at least 64, that the workers of each configuration can share equally.
int common_in_flight(const std::vector<Configuration>& configurations) {
  long multiple = 1;
  for (const Configuration& configuration : configurations)
    multiple = std::min(std::lcm(multiple, long{configuration.workers}), 1'000'000L);
  return static_cast<int>((63 / multiple + 1) * multiple);
}

/// Divides `in_flight` equally among the workers of each configuration.
Result<void> share_in_flight(int in_flight, std::vector<Configuration>& configurations) {
  for (Configuration& configuration : configurations) {
    if (configuration.mode == cli::Mode::serial) continue;
    if (in_flight % configuration.workers != 0)
      return Error{fmt::format(
          "--in-flight {} cannot be shared equally by {} workers: use a multiple of the number of workers",
          in_flight, configuration.workers)};
    configuration.concurrency = in_flight / configuration.workers;
    if (configuration.concurrency > cli::max_in_flight)
      return Error{fmt::format("--in-flight {} gives {} to each of {} workers: use at most {} for each",
                               in_flight, configuration.concurrency, configuration.workers,
                               cli::max_in_flight)};
  }
  return {};
}

}  // namespace

Result<std::variant<BenchOptions, cli::HelpText>> parse_bench_options(
    const std::vector<std::string>& arguments, const cli::OptionSources& sources) {
  using Parsed = std::variant<BenchOptions, cli::HelpText>;
  CLI::App app;
  cli::NetworkGroup network;
  network.rate = 0;
  cli::SelectionGroup selection;
  RawOptions raw;
  network.add_to(app);
  selection.add_to(app);
  add_to(app, raw);
  Result<std::optional<cli::HelpText>> information = cli::read_arguments(app, arguments, bench_help());
  if (!information) return information.error();
  if (*information) return Parsed(**std::move(information));

  BenchOptions options;
  Result<void> applied = network.apply_to(options.farm, app, sources);
  if (applied) applied = selection.apply_to(options.farm, app, sources);
  if (!applied) return applied.error();
  const bool has_own_url =
      app.count("--base-url") > 0 || (sources.base_url != nullptr && *sources.base_url != '\0');
  if (!network.demo && !has_own_url && network.connect_to.empty())
    return Error{
        "the public PokéAPI is not for benchmarks: give --demo for an embedded mirror, "
        "or --base-url for another"};

  options.configurations.push_back({});
  for (const int workers : raw.threads) options.configurations.push_back({cli::Mode::threads, workers});
  for (const int workers : raw.processes) options.configurations.push_back({cli::Mode::processes, workers});
  options.in_flight = raw.in_flight.value_or(common_in_flight(options.configurations));
  if (const Result<void> shared = share_in_flight(options.in_flight, options.configurations); !shared)
    return shared.error();

  options.farm.path_template = *text::OutputTemplate::parse("{sprite}/{name}.{ext}");
  raw.transport.apply_to(options.farm);
  options.farm.compute = std::chrono::milliseconds(raw.cpu);
  options.farm.verbosity = cli::Verbosity::quiet;
  options.rounds = raw.rounds;
  options.latency = std::chrono::milliseconds(raw.latency);
  options.report = raw.report;
  options.json = raw.json;
  return Parsed(std::move(options));
}

}  // namespace spritefarm::bench
