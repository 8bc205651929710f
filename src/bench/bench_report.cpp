#include "bench/bench_report.hpp"

#include "bench/figure_text.hpp"
#include "bench/samples.hpp"
#include "bench/text_table.hpp"
#include "farm/json_writer.hpp"

#include <fmt/format.h>

#include <functional>

namespace spritefarm::bench {
namespace {

using Run = Measured<RunFigures>;

double sprites_per_second(const Run& run) {
  return static_cast<double>(run.figures.downloaded) / run.figures.seconds;
}

/// The figures that each run has, besides how fast it was.
struct Column {
  const char* heading;
  const char* json_key;
  double (*figure)(const Run& run);
};
constexpr Column columns[] = {
    {"p50 ms", "sprite_p50_ms", [](const Run& run) { return run.figures.p50_ms; }},
    {"p99 ms", "sprite_p99_ms", [](const Run& run) { return run.figures.p99_ms; }},
    {"start ms", "start_ms", [](const Run& run) { return run.figures.start_ms; }},
    {"CPU s", "cpu_seconds",
     [](const Run& run) { return std::chrono::duration<double>(run.end.cpu).count(); }},
    {"switches", "context_switches",
     [](const Run& run) { return static_cast<double>(run.end.context_switches); }},
    {"conns", "connections", [](const Run& run) { return static_cast<double>(run.figures.connections); }},
    {"requests", "requests", [](const Run& run) { return static_cast<double>(run.figures.requests); }},
};

/// How much faster than the first crew, which is serial.
double ratio_to_serial(const std::vector<CrewRuns>& runs, const CrewRuns& one) {
  return over(one.rounds, sprites_per_second).median() /
         over(runs.front().rounds, sprites_per_second).median();
}

}  // namespace

std::string bench_table(const BenchOptions& options, const std::vector<CrewRuns>& runs) {
  std::vector<std::string> heading{"mode", "workers", "each", "sprites/s", "(rounds)", "× serial"};
  for (const Column& column : columns) heading.emplace_back(column.heading);
  heading.emplace_back("PSS MiB");
  TextTable table(std::move(heading));
  for (const CrewRuns& one : runs) {
    const Samples rates = over(one.rounds, sprites_per_second);
    std::vector<std::string> row{std::string(farm::to_string(one.crew.mode)),
                                 std::to_string(one.crew.workers),
                                 std::to_string(one.crew.concurrency),
                                 brief(rates.median()),
                                 spread(rates),
                                 fmt::format("{:.2f}", ratio_to_serial(runs, one))};
    for (const Column& column : columns) row.push_back(brief(over(one.rounds, column.figure).median()));
    row.push_back(brief(static_cast<double>(one.peak_memory) / (1 << 20)));
    table.add(std::move(row));
  }
  const RunFigures& first = runs.front().rounds.front().figures;
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

std::string bench_json(const BenchOptions& options, const std::vector<CrewRuns>& runs) {
  const RunFigures& first = runs.front().rounds.front().figures;
  farm::JsonWriter json;
  json.begin_object();
  json.key("bench").value("farm").key("base_url").value(options.farm.base_url);
  json.key("sprites")
      .value(first.downloaded)
      .key("missing")
      .value(first.missing)
      .key("bytes")
      .value(first.bytes);
  json.key("in_flight").value(options.in_flight).key("rounds").value(options.rounds);
  json.key("transport").value(farm::to_string(options.farm.transport));
  json.key("cpu_ms").value(options.farm.compute.count()).key("latency_ms").value(options.latency.count());
  json.key("modes").begin_list();
  for (const CrewRuns& one : runs) {
    json.begin_object();
    json.key("mode").value(farm::to_string(one.crew.mode)).key("workers").value(one.crew.workers);
    json.key("concurrency").value(one.crew.concurrency);
    put(json, "sprites_per_second", over(one.rounds, sprites_per_second));
    json.key("ratio_to_serial").value(ratio_to_serial(runs, one));
    put(json, "seconds", over(one.rounds, [](const Run& run) { return run.figures.seconds; }));
    put(json, "sprites_downloaded",
        over(one.rounds, [](const Run& run) { return static_cast<double>(run.figures.downloaded); }));
    for (const Column& column : columns) put(json, column.json_key, over(one.rounds, column.figure));
    json.key("peak_pss_bytes").value(one.peak_memory).end_object();
  }
  return json.end_list().end_object().text() + "\n";
}

}  // namespace spritefarm::bench
