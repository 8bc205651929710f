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

/// One of RunTimes::shares.
template <std::size_t Share>
double sprite_ms(const Run& run) {
  return run.metrics.sprite_ms.at(Share);
}

/// The metrics that each run has, besides how fast it was.
struct Column {
  const char* heading;  // none: in the JSON only
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
    {"conns", "connections", [](const Run& run) { return static_cast<double>(run.metrics.connections); }},
    {"requests", "requests", [](const Run& run) { return static_cast<double>(run.metrics.requests); }},
};

/// How much faster than the first configuration, which is serial.
double ratio_to_serial(const std::vector<ConfigurationRuns>& runs, const ConfigurationRuns& one) {
  return over(one.rounds, sprites_per_second).median() /
         over(runs.front().rounds, sprites_per_second).median();
}

/// Which round has the median of the seconds: the one to look at.
std::size_t middle_round(const ConfigurationRuns& one) {
  std::vector<std::size_t> rounds(one.rounds.size());
  std::iota(rounds.begin(), rounds.end(), 0);
  std::sort(rounds.begin(), rounds.end(), [&](std::size_t a, std::size_t b) {
    return one.rounds[a].metrics.seconds < one.rounds[b].metrics.seconds;
  });
  return rounds[(rounds.size() - 1) / 2];
}

void put_time_line(text::JsonWriter& json, const ConfigurationRuns& one) {
  const std::size_t round = middle_round(one);
  json.key("time_line").begin_object().key("round").value(round + 1).key("spans").begin_list();
  for (const SpriteSpan& span : one.rounds[round].metrics.spans)
    json.begin_list()
        .value(span.worker)
        .value(span.begin_ms)
        .value(span.end_ms)
        .value(span.sprite)
        .end_list();
  json.end_list().end_object();
}

}  // namespace

std::string bench_table(const BenchOptions& options, const std::vector<ConfigurationRuns>& runs) {
  std::vector<std::string> heading{"mode", "workers", "each", "sprites/s", "(rounds)", "× serial"};
  for (const Column& column : columns)
    if (column.heading) heading.emplace_back(column.heading);
  heading.emplace_back("PSS MiB");
  TextTable table(std::move(heading));
  for (const ConfigurationRuns& one : runs) {
    const Samples rates = over(one.rounds, sprites_per_second);
    std::vector<std::string> row{std::string(cli::to_string(one.configuration.mode)),
                                 std::to_string(one.configuration.workers),
                                 std::to_string(one.configuration.concurrency),
                                 brief(rates.median()),
                                 spread(rates),
                                 fmt::format("{:.2f}", ratio_to_serial(runs, one))};
    for (const Column& column : columns)
      if (column.heading) row.push_back(brief(over(one.rounds, column.metric).median()));
    row.push_back(brief(static_cast<double>(one.peak_memory) / (1 << 20)));
    table.add(std::move(row));
  }
  const RunMetrics& first = runs.front().rounds.front().metrics;
  return fmt::format(
      "spritefarm bench: {} sprites ({} bytes), {} in flight in all (serial: one, as in lesson 52){}, {} "
      "rounds; medians "
      "(least–most)\n\n{}\n"
      "sprites/s counts from before the process was forked until the last sprite was on disk; start: until "
      "the first task "
      "began.\np50, p99: of one sprite, from its task's begin to its file. CPU, switches: of all processes "
      "of a run. PSS: "
      "the most\nthat was seen of all processes together, in a round of its own that counts for nothing "
      "else.\n",
      first.downloaded, first.bytes, options.in_flight,
      options.farm.compute.count() > 0
          ? fmt::format(", {} ms of computing each", options.farm.compute.count())
          : "",
      options.rounds, table.text());
}

std::string bench_chart(const std::vector<ConfigurationRuns>& runs) {
  constexpr double max_columns = 46;
  constexpr const char* parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  double most = 0;
  for (const ConfigurationRuns& one : runs)
    most = std::max(most, over(one.rounds, sprites_per_second).median());
  std::string text = "\nsprites/s\n";
  for (const ConfigurationRuns& one : runs) {
    const double rate = over(one.rounds, sprites_per_second).median();
    const auto eighths = std::max(1L, std::lround(8 * max_columns * rate / most));
    std::string bar;
    for (long whole = 0; whole < eighths / 8; ++whole) bar += "█";
    text += fmt::format("{:>9} × {:<3} {}{} {}\n", cli::to_string(one.configuration.mode),
                        one.configuration.workers, bar, parts[eighths % 8], brief(rate));
  }
  return text;
}

std::string bench_page(const std::string& json) {
  return farm::page_with_data(report_page, json);
}

std::string bench_json(const BenchOptions& options, const std::vector<ConfigurationRuns>& runs,
                       const Environment& environment) {
  const RunMetrics& first = runs.front().rounds.front().metrics;
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
  for (const ConfigurationRuns& one : runs) {
    json.begin_object();
    json.key("mode")
        .value(cli::to_string(one.configuration.mode))
        .key("workers")
        .value(one.configuration.workers);
    json.key("concurrency").value(one.configuration.concurrency);
    put(json, "sprites_per_second", over(one.rounds, sprites_per_second));
    json.key("ratio_to_serial").value(ratio_to_serial(runs, one));
    put(json, "seconds", over(one.rounds, [](const Run& run) { return run.metrics.seconds; }));
    put(json, "sprites_downloaded",
        over(one.rounds, [](const Run& run) { return static_cast<double>(run.metrics.downloaded); }));
    for (const Column& column : columns) put(json, column.json_key, over(one.rounds, column.metric));
    json.key("peak_pss_bytes").value(one.peak_memory);
    put_time_line(json, one);
    json.end_object();
  }
  return json.end_list().end_object().text() + "\n";
}

}  // namespace spritefarm::bench
