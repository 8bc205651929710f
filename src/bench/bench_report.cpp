#include "bench/bench_report.hpp"

#include "bench/metric_text.hpp"
#include "bench/samples.hpp"
#include "bench/text_table.hpp"
#include "farm/data_page.hpp"
#include "text/json_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <string_view>

namespace spritefarm::bench {
namespace {

constexpr std::string_view report_page =
#include "bench/report_page.html.inc"
    ;

using Run = Measured<RunMetrics>;

double sprites_per_second(const Run& run) {
  return static_cast<double>(run.metrics.downloaded) / run.metrics.seconds;
}

/// The quantile at RunTimes::shares[Share].
template <std::size_t Share>
double sprite_ms(const Run& run) {
  return run.metrics.sprite_ms.at(Share);
}

/// A metric of each run.
struct Column {
  const char* heading;  // null: in the JSON only
  const char* json_key;
  double (*metric)(const Run& run);
};
constexpr Column columns[] = {
    {nullptr, "sprite_p1_ms", sprite_ms<0>},
    {nullptr, "sprite_p10_ms", sprite_ms<1>},
    {nullptr, "sprite_p25_ms", sprite_ms<2>},
    {"p50 ms", "sprite_p50_ms", sprite_ms<3>},
    {nullptr, "sprite_p75_ms", sprite_ms<4>},
    {nullptr, "sprite_p90_ms", sprite_ms<5>},
    {"p99 ms", "sprite_p99_ms", sprite_ms<6>},
    {nullptr, "sprite_max_ms", sprite_ms<7>},
    {"start ms", "start_ms", [](const Run& run) { return run.metrics.start_ms; }},
    {"CPU s", "cpu_seconds",
     [](const Run& run) { return std::chrono::duration<double>(run.end.cpu).count(); }},
    {"switches", "context_switches",
     [](const Run& run) { return static_cast<double>(run.end.context_switches); }},
    {"connects", "connections", [](const Run& run) { return static_cast<double>(run.metrics.connections); }},
    {"requests", "requests", [](const Run& run) { return static_cast<double>(run.metrics.requests); }},
};

/// Speed relative to the first configuration, which is serial.
double ratio_to_serial(const std::vector<ConfigurationRuns>& configurations, const ConfigurationRuns& runs) {
  return over(runs.rounds, sprites_per_second).median() /
         over(configurations.front().rounds, sprites_per_second).median();
}

/// The index of the round of median duration, whose time line is shown.
std::size_t median_round(const ConfigurationRuns& runs) {
  std::vector<std::size_t> rounds(runs.rounds.size());
  std::iota(rounds.begin(), rounds.end(), 0);
  std::sort(rounds.begin(), rounds.end(), [&](std::size_t a, std::size_t b) {
    return runs.rounds[a].metrics.seconds < runs.rounds[b].metrics.seconds;
  });
  return rounds[(rounds.size() - 1) / 2];
}

void put_time_line(text::JsonWriter& json, const ConfigurationRuns& runs) {
  const std::size_t round = median_round(runs);
  json.key("time_line").begin_object().key("round").value(round + 1).key("spans").begin_list();
  for (const SpriteSpan& span : runs.rounds[round].metrics.spans)
    json.begin_list()
        .value(span.worker)
        .value(span.begin_ms)
        .value(span.end_ms)
        .value(span.sprite)
        .end_list();
  json.end_list().end_object();
}

std::string configuration_name(const Configuration& configuration) {
  return configuration.mode == cli::Mode::serial
             ? "serial"
             : fmt::format("{} × {}", cli::to_string(configuration.mode), configuration.workers);
}

/// Explains the columns of the table.
constexpr std::string_view footnotes =
    R"(sprites/s  sprites per second, from before the process is forked until the last sprite is on disk
min–max    sprites/s of the slowest and the fastest round; all other numbers are medians of the rounds
speedup    sprites/s relative to serial
p50, p99   time of one sprite, from the start of its task until its file is on disk
start      from before the process is forked until the first task starts
CPU        processor time of all processes
switches   context switches of all processes
connects   connections opened
requests   HTTP requests made
PSS        peak memory of all processes, shared pages divided among them, measured in a round of its own
)";

}  // namespace

std::string bench_table(const BenchOptions& options, const std::vector<ConfigurationRuns>& configurations) {
  std::vector<std::string> heading{"configuration", "sprites/s", "min–max", "speedup"};
  for (const Column& column : columns)
    if (column.heading) heading.emplace_back(column.heading);
  heading.emplace_back("PSS MiB");
  TextTable table(std::move(heading));
  for (const ConfigurationRuns& runs : configurations) {
    const Samples rates = over(runs.rounds, sprites_per_second);
    std::vector<std::string> row{configuration_name(runs.configuration), brief(rates.median()), spread(rates),
                                 fmt::format("{:.2f}", ratio_to_serial(configurations, runs))};
    for (const Column& column : columns)
      if (column.heading) row.push_back(brief(over(runs.rounds, column.metric).median()));
    row.push_back(brief(static_cast<double>(runs.peak_memory) / (1 << 20)));
    table.add(std::move(row));
  }
  const RunMetrics& first = configurations.front().rounds.front().metrics;
  return fmt::format(
      "spritefarm bench: {} sprites ({} kB), {} in flight in all (serial: 1){}, {} round{}\n\n{}\n{}",
      first.downloaded, brief(static_cast<double>(first.bytes) / 1000), options.in_flight,
      options.farm.compute.count() > 0
          ? fmt::format(", {} ms of CPU time for each", options.farm.compute.count())
          : "",
      options.rounds, options.rounds == 1 ? "" : "s", table.text(), footnotes);
}

std::string bench_chart(const std::vector<ConfigurationRuns>& configurations) {
  constexpr double max_columns = 46;
  constexpr const char* parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  double max_rate = 0;
  for (const ConfigurationRuns& runs : configurations)
    max_rate = std::max(max_rate, over(runs.rounds, sprites_per_second).median());
  std::string text = "\nsprites/s\n";
  for (const ConfigurationRuns& runs : configurations) {
    const double rate = over(runs.rounds, sprites_per_second).median();
    const auto eighths = std::max(1L, std::lround(8 * max_columns * rate / max_rate));
    std::string bar;
    for (long whole = 0; whole < eighths / 8; ++whole) bar += "█";
    text += fmt::format("{:>9} × {:<3} {}{} {}\n", cli::to_string(runs.configuration.mode),
                        runs.configuration.workers, bar, parts[eighths % 8], brief(rate));
  }
  return text;
}

std::string bench_page(const std::string& json) {
  return farm::page_with_data(report_page, json);
}

std::string bench_json(const BenchOptions& options, const std::vector<ConfigurationRuns>& configurations,
                       const Environment& environment) {
  const RunMetrics& first = configurations.front().rounds.front().metrics;
  text::JsonWriter json;
  json.begin_object();
  json.key("bench").value("farm").key("base_url").value(options.farm.base_url);
  environment.write(json);
  json.key("sprites")
      .value(first.downloaded)
      .key("missing")
      .value(first.missing)
      .key("bytes")
      .value(first.bytes);
  json.key("in_flight").value(options.in_flight).key("rounds").value(options.rounds);
  json.key("transport").value(cli::to_string(options.farm.transport));
  json.key("cpu_ms").value(options.farm.compute.count()).key("latency_ms").value(options.latency.count());
  json.key("modes").begin_list();
  for (const ConfigurationRuns& runs : configurations) {
    json.begin_object();
    json.key("mode")
        .value(cli::to_string(runs.configuration.mode))
        .key("workers")
        .value(runs.configuration.workers);
    json.key("concurrency").value(runs.configuration.concurrency);
    put(json, "sprites_per_second", over(runs.rounds, sprites_per_second));
    json.key("ratio_to_serial").value(ratio_to_serial(configurations, runs));
    put(json, "seconds", over(runs.rounds, [](const Run& run) { return run.metrics.seconds; }));
    put(json, "sprites_downloaded",
        over(runs.rounds, [](const Run& run) { return static_cast<double>(run.metrics.downloaded); }));
    for (const Column& column : columns) put(json, column.json_key, over(runs.rounds, column.metric));
    json.key("peak_pss_bytes").value(runs.peak_memory);
    put_time_line(json, runs);
    json.end_object();
  }
  return json.end_list().end_object().text() + "\n";
}

}  // namespace spritefarm::bench
