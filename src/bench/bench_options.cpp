#include "bench/bench_options.hpp"

#include "bench/bench_help_text.hpp"
#include "cli/option_parser.hpp"
#include "system/program_run.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <utility>

namespace spritefarm::bench {
namespace {

/// The options of this command alone, as CLI11 reads them.
struct RawOptions {
  std::vector<int> processes, threads;
  std::optional<int> in_flight;
  cli::TransportGroup transport;
  cli::ColorGroup color;
  int rounds = 3;
  std::vector<long> cpu{0, 10};
  std::optional<long> latency;
  std::optional<std::string> python;
  std::string report, markdown, csv;
  bool json = false;
};

/// The round trip of a real network, for an act that only waits.
constexpr long usual_latency = 30;

/// The lesson's first 100 in less time. 64 are shared equally by 1, 2, 4, 8 and 16 workers.
constexpr std::uint32_t usual_limit = 64;

void add_to(cli::OptionParser& parser, RawOptions& raw) {
  constexpr long hour = 3'600'000;
  parser.list("-p,--processes", raw.processes, "N").in_range(1, cli::max_workers);
  parser.list("-t,--threads", raw.threads, "N").in_range(1, cli::max_workers);
  parser.value("--in-flight", raw.in_flight, "N").in_range(1, cli::max_workers * cli::max_in_flight);
  raw.transport.add_to(parser);
  parser.value("--rounds", raw.rounds, "N").in_range(1, 1000);
  parser.list("--cpu", raw.cpu, "MS").in_range(0L, hour);
  parser.value("--latency", raw.latency, "MS").in_range(0L, hour).needs("--demo");
  parser.value("--python", raw.python, "PROGRAM").needs("--demo");
  const auto no_empty_path = [](std::string_view path) -> Result<void> {
    if (path.empty()) return Error{"is empty"};
    return {};
  };
  parser.value("--report", raw.report, "FILE.html").check(no_empty_path);
  parser.value("--export-markdown", raw.markdown, "FILE").check(no_empty_path);
  parser.value("--export-csv", raw.csv, "FILE").check(no_empty_path);
  parser.flag("--json", raw.json);
  raw.color.add_to(parser);
}

/// The numbers of workers of a mode: as given, or those of the other mode, or the lesson's that can share
/// `in_flight`.
std::vector<int> numbers_of_workers(const std::vector<int>& given, const std::vector<int>& other,
                                    int in_flight) {
  if (!given.empty()) return given;
  if (!other.empty()) return other;
  std::vector<int> numbers;
  for (const int workers : {1, 2, 4, 8, 16})
    if (in_flight % workers == 0) numbers.push_back(workers);
  return numbers;
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

std::string to_string(const Configuration& configuration) {
  if (configuration.mode == cli::Mode::serial) return "serial";
  return fmt::format("{}{} × {}", configuration.is_cpython ? "CPython " : "",
                     cli::to_string(configuration.mode), configuration.workers);
}

Result<std::variant<BenchOptions, cli::HelpText>> parse_bench_options(
    const std::vector<std::string>& arguments, const cli::OptionSources& sources) {
  using Parsed = std::variant<BenchOptions, cli::HelpText>;
  cli::OptionParser parser;
  cli::NetworkGroup network;
  network.rate = 0;
  cli::SelectionGroup selection;
  selection.limit = usual_limit;
  RawOptions raw;
  network.add_to(parser);
  selection.add_to(parser);
  add_to(parser, raw);
  Result<std::optional<cli::HelpText>> information = parser.read(arguments, bench_help());
  if (!information) return information.error();
  if (*information) return Parsed(**std::move(information));

  BenchOptions options;
  Result<void> applied = network.apply_to(options.farm, parser, sources);
  if (applied) applied = selection.apply_to(options.farm, parser, sources);
  if (!applied) return applied.error();
  const bool has_own_url =
      parser.has("--base-url") || (sources.base_url != nullptr && *sources.base_url != '\0');
  if (!network.demo && !has_own_url && network.connect_to.empty())
    return Error{
        "the public PokéAPI is not for benchmarks: give --demo for an embedded mirror, "
        "or --base-url for another"};

  options.in_flight = raw.in_flight.value_or(0);
  const std::vector<int> threads = numbers_of_workers(raw.threads, raw.processes, options.in_flight),
                         processes = numbers_of_workers(raw.processes, raw.threads, options.in_flight);
  const auto add_pools = [&](bool is_cpython) {
    for (const int workers : threads)
      options.configurations.push_back({cli::Mode::threads, workers, 1, is_cpython});
    for (const int workers : processes)
      options.configurations.push_back({cli::Mode::processes, workers, 1, is_cpython});
  };
  options.configurations.push_back({});
  add_pools(false);
  if (options.in_flight > 0)
    if (const Result<void> shared = share_in_flight(options.in_flight, options.configurations); !shared)
      return shared.error();
  // CPython's workers have one sprite in flight each.
  if (network.demo && options.in_flight == 0)
    options.python = system::find_program(raw.python.value_or("python3"));
  if (raw.python && *raw.python != "none") {
    if (options.in_flight > 0) return Error{"--python cannot be used with --in-flight"};
    if (options.python.empty())
      return Error{fmt::format("--python {}: there is no such program", *raw.python)};
  }
  if (!options.python.empty()) add_pools(true);

  for (const long cpu : raw.cpu)
    options.acts.push_back(
        {std::chrono::milliseconds(cpu),
         std::chrono::milliseconds(network.demo ? raw.latency.value_or(cpu == 0 ? usual_latency : 0) : 0)});

  options.farm.path_template = *text::OutputTemplate::parse("{sprite}/{name}.{ext}");
  raw.transport.apply_to(options.farm);
  raw.color.apply_to(options.farm);
  options.farm.verbosity = cli::Verbosity::quiet;
  options.rounds = raw.rounds;
  options.report = raw.report;
  options.markdown = raw.markdown;
  options.csv = raw.csv;
  options.json = raw.json;
  return Parsed(std::move(options));
}

}  // namespace spritefarm::bench
