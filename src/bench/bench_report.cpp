#include "bench/bench_report.hpp"

#include "bench/bench_table.hpp"
#include "bench/conclusion.hpp"
#include "bench/metric_text.hpp"
#include "farm/data_page.hpp"
#include "text/json_writer.hpp"

#include <fmt/format.h>

#include <string_view>

namespace spritefarm::bench {
namespace {

constexpr std::string_view report_page =
#include "bench/report_page.html.inc"
    ;

using Run = Measured<RunMetrics>;

void put_time_line(text::JsonWriter& json, const ConfigurationRuns& runs) {
  const std::size_t round = median_round(runs);
  json.key("time_line").begin_object().key("round").value(round + 1).key("spans").begin_list();
  for (const SpriteSpan& span : runs.rounds[round].metrics.spans)
    json.begin_list()
        .value(span.worker)
        .value(span.begin_ms)
        .value(span.end_ms)
        .value(span.sprite)
        .value(span.record_ms)
        .value(span.image_ms)
        .end_list();
  json.end_list().end_object();
}

/// The metrics that CPython's pools do not have.
bool is_unknown(const ConfigurationRuns& runs, std::string_view key) {
  return runs.configuration.is_cpython && (key == "connections" || key == "requests");
}

void put_configuration(text::JsonWriter& json, const ActRuns& act, const ConfigurationRuns& runs) {
  json.begin_object();
  json.key("mode").value(cli::to_string(runs.configuration.mode));
  json.key("workers").value(runs.configuration.workers);
  json.key("concurrency").value(runs.configuration.concurrency);
  if (runs.configuration.is_cpython) json.key("version").value(runs.rounds.front().metrics.cpython_version);
  put(json, "sprites_per_second", sprites_per_second(runs));
  json.key("ratio_to_serial").value(ratio_to_serial(act, runs));
  put(json, "seconds", over(runs.rounds, [](const Run& run) { return run.metrics.seconds; }));
  put(json, "sprites_downloaded",
      over(runs.rounds, [](const Run& run) { return static_cast<double>(run.metrics.downloaded); }));
  for (const MetricColumn& column : metric_columns())
    if (!is_unknown(runs, column.key)) put(json, column.key, over(runs.rounds, column.metric));
  json.key("peak_pss_bytes").value(runs.peak_memory);
  put_time_line(json, runs);
  json.end_object();
}

void put_act(text::JsonWriter& json, const ActRuns& act) {
  json.key("cpu_ms").value(act.act.compute.count()).key("latency_ms").value(act.act.latency.count());
  json.key("conclusion").begin_list();
  for (const std::string& sentence : conclusion(act)) json.value(sentence);
  json.end_list();
  for (const bool is_cpython : {false, true}) {
    json.key(is_cpython ? "cpython" : "modes").begin_list();
    for (const ConfigurationRuns& runs : act.configurations)
      if (runs.configuration.is_cpython == is_cpython) put_configuration(json, act, runs);
    json.end_list();
  }
}

}  // namespace

std::string bench_page(const std::string& json) {
  return farm::page_with_data(report_page, json);
}

std::string bench_json(const BenchOptions& options, const std::vector<ActRuns>& acts,
                       const Environment& environment) {
  const RunMetrics& first = acts.front().configurations.front().rounds.front().metrics;
  text::JsonWriter json;
  json.begin_object();
  json.key("bench").value("farm").key("base_url").value(options.farm.base_url);
  environment.write(json);
  json.key("sprites").value(first.downloaded).key("missing").value(first.missing);
  json.key("bytes").value(first.bytes);
  json.key("in_flight").value(options.in_flight).key("rounds").value(options.rounds);
  json.key("transport").value(cli::to_string(options.farm.transport));
  put_act(json, acts.front());
  json.key("further_acts").begin_list();
  for (std::size_t i = 1; i < acts.size(); ++i) {
    json.begin_object();
    put_act(json, acts[i]);
    json.end_object();
  }
  return json.end_list().end_object().text() + "\n";
}

std::string bench_markdown(const BenchOptions& options, const std::vector<ActRuns>& acts,
                           const Environment& environment) {
  std::string text;
  for (const ActRuns& act : acts) {
    text += fmt::format("{}{}:\n\n{}\n", text.empty() ? "" : "\n", act_title(options, act),
                        metric_table(act).markdown());
    for (const std::string& sentence : conclusion(act)) text += sentence + "\n";
  }
  return text + fmt::format("\n`{}`\n", environment.command());
}

std::string bench_csv(const std::vector<ActRuns>& acts) {
  std::string text =
      "cpu_ms,latency_ms,program,mode,workers,concurrency,sprites_per_second,sprites_per_second_min,"
      "sprites_per_second_max,ratio_to_serial";
  for (const MetricColumn& column : metric_columns()) text += fmt::format(",{}", column.key);
  text += ",peak_pss_bytes\n";
  for (const ActRuns& act : acts)
    for (const ConfigurationRuns& runs : act.configurations) {
      const Configuration& configuration = runs.configuration;
      const Samples rates = sprites_per_second(runs);
      text +=
          fmt::format("{},{},{},{},{},{},{:.6g},{:.6g},{:.6g},{:.6g}", act.act.compute.count(),
                      act.act.latency.count(), configuration.is_cpython ? "CPython" : "spritefarm",
                      cli::to_string(configuration.mode), configuration.workers, configuration.concurrency,
                      rates.median(), rates.min(), rates.max(), ratio_to_serial(act, runs));
      for (const MetricColumn& column : metric_columns())
        text += is_unknown(runs, column.key)
                    ? ","
                    : fmt::format(",{:.6g}", over(runs.rounds, column.metric).median());
      text += fmt::format(",{}\n", runs.peak_memory);
    }
  return text;
}

}  // namespace spritefarm::bench
