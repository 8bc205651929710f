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

/// The options of this command alone, as they are written.
struct Written {
  std::vector<int> processes{cli::number_of_cores()}, threads{cli::number_of_cores()};
  std::optional<int> in_flight;
  cli::TransportGroup transport;
  int rounds = 5;
  long cpu = 0, latency = 0;
  std::string report;
  bool json = false;
};

void describe(CLI::App& app, Written& written) {
  constexpr long hour = 3'600'000;
  cli::list_option(app, "-p,--processes", written.processes, "N")->check(cli::range(1, cli::max_workers));
  cli::list_option(app, "-t,--threads", written.threads, "N")->check(cli::range(1, cli::max_workers));
  cli::value_option(app, "--in-flight", written.in_flight, "N")
      ->check(cli::range(1, cli::max_workers * cli::max_in_flight));
  written.transport.describe(app);
  cli::value_option(app, "--rounds", written.rounds, "N")->check(cli::range(1, 1000));
  cli::value_option(app, "--cpu", written.cpu, "MS")->check(cli::range(0L, hour));
  cli::value_option(app, "--latency", written.latency, "MS")->check(cli::range(0L, hour))->needs("--demo");
  cli::value_option(app, "--report", written.report, "FILE.html")
      ->check(cli::checked([](const std::string& path) { return path.empty() ? "is empty" : ""; }));
  app.add_flag("--json", written.json);
}

/// The least number from 64 on that all crews can share equally.
int common_in_flight(const std::vector<Crew>& crews) {
  long multiple = 1;
  for (const Crew& crew : crews) multiple = std::min(std::lcm(multiple, long{crew.workers}), 1'000'000L);
  return static_cast<int>((63 / multiple + 1) * multiple);
}

/// Shares what is in flight out to the crews' workers.
std::optional<Error> share(int in_flight, std::vector<Crew>& crews) {
  for (Crew& crew : crews) {
    if (crew.mode == cli::Mode::serial) continue;
    if (in_flight % crew.workers != 0)
      return Error{fmt::format(
          "{} in flight cannot be shared equally by {} workers: choose --in-flight so that it can", in_flight,
          crew.workers)};
    crew.concurrency = in_flight / crew.workers;
    if (crew.concurrency > cli::max_in_flight)
      return Error{fmt::format("--in-flight {} is {} for each of {} workers: more than {} are not possible",
                               in_flight, crew.concurrency, crew.workers, cli::max_in_flight)};
  }
  return std::nullopt;
}

}  // namespace

Result<std::variant<BenchOptions, cli::Information>> parse_bench_options(
    const std::vector<std::string>& arguments, const cli::OptionSources& sources) {
  using Parsed = std::variant<BenchOptions, cli::Information>;
  CLI::App app;
  cli::NetworkGroup network;
  network.rate = 0;
  cli::SelectionGroup selection;
  Written written;
  network.describe(app);
  selection.describe(app);
  describe(app, written);
  Result<std::optional<cli::Information>> information = cli::read_arguments(app, arguments, bench_help_text);
  if (!information) return information.error();
  if (*information) return Parsed(**std::move(information));

  BenchOptions options;
  std::optional<Error> wrong = network.read_into(options.farm, app, sources);
  if (!wrong) wrong = selection.read_into(options.farm, app, sources);
  if (wrong) return *std::move(wrong);
  const bool has_own_url =
      app.count("--base-url") > 0 || (sources.base_url != nullptr && *sources.base_url != '\0');
  if (!network.demo && !has_own_url && network.connect_to.empty())
    return Error{
        "the public PokéAPI is not for benchmarks: give --demo for an embedded mirror, or --base-url for "
        "another"};

  options.crews.push_back({});
  for (const int workers : written.threads) options.crews.push_back({cli::Mode::threads, workers});
  for (const int workers : written.processes) options.crews.push_back({cli::Mode::processes, workers});
  options.in_flight = written.in_flight.value_or(common_in_flight(options.crews));
  if (std::optional<Error> unequal = share(options.in_flight, options.crews)) return *std::move(unequal);

  options.farm.path_template = *text::OutputTemplate::parse("{sprite}/{name}.{ext}");
  written.transport.read_into(options.farm);
  options.farm.compute = std::chrono::milliseconds(written.cpu);
  options.farm.verbosity = cli::Verbosity::quiet;
  options.rounds = written.rounds;
  options.latency = std::chrono::milliseconds(written.latency);
  options.report = written.report;
  options.json = written.json;
  return Parsed(std::move(options));
}

}  // namespace spritefarm::bench
