#include "bench/calls_report.hpp"

#include "bench/metric_text.hpp"
#include "bench/samples.hpp"
#include "bench/text_table.hpp"
#include "text/json_writer.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace spritefarm::bench {
namespace {

double p50(const RoundTrip& trip) {
  return trip.p50;
}
double p99(const RoundTrip& trip) {
  return trip.p99;
}

/// The throughput of both directions together.
double gib_per_second(double calls_per_second, std::size_t payload) {
  return calls_per_second * 2 * static_cast<double>(payload) / (1 << 30);
}

std::string many_table(const CallPlan& plan, const CallsRounds& rounds) {
  TextTable table({"executor", "payload bytes", "calls/s", "min–max", "GiB/s"});
  for (std::size_t i = 0; i < plan.payloads.size(); ++i)
    for (const auto& [kind, metrics] : rounds.executors) {
      const Samples rates =
          over(metrics, [i](const CallMetrics& round) { return round.calls_per_second[i]; });
      const std::size_t payload = plan.payloads[i];
      table.add({std::string(to_string(kind)), std::to_string(payload), brief(rates.median()), spread(rates),
                 payload == 0 ? "" : brief(gib_per_second(rates.median(), payload))});
    }
  return table.text();
}

std::string single_table(const CallPlan& plan, const CallsRounds& rounds) {
  TextTable table({"executor", "payload bytes", "p50 µs", "min–max", "p99 µs", "× futex", "× futex, pinned"});
  const double floor = over(rounds.futex, p50).median(),
               pinned_floor = over(rounds.futex_pinned, p50).median();
  const auto add = [&](std::string_view name, std::string payload, const std::vector<RoundTrip>& trips) {
    const Samples medians = over(trips, p50);
    table.add({std::string(name), std::move(payload), brief(medians.median()), spread(medians),
               brief(over(trips, p99).median()), fmt::format("{:.2f}", medians.median() / floor),
               fmt::format("{:.2f}", medians.median() / pinned_floor)});
  };
  add("futex", "", rounds.futex);
  add("futex, pinned", "", rounds.futex_pinned);
  for (std::size_t i = 0; i < plan.payloads.size(); ++i)
    for (const auto& [kind, metrics] : rounds.executors) {
      std::vector<RoundTrip> trips;
      for (const CallMetrics& round : metrics) trips.push_back(round.round_trips[i]);
      add(to_string(kind), std::to_string(plan.payloads[i]), trips);
    }
  return table.text();
}

std::string map_table(const CallPlan& plan, const CallsRounds& rounds) {
  TextTable table({"executor", "chunksize", "items/s", "min–max"});
  for (std::size_t i = 0; i < plan.chunks.size(); ++i)
    for (const auto& [kind, metrics] : rounds.executors) {
      const Samples rates =
          over(metrics, [i](const CallMetrics& round) { return round.items_per_second[i]; });
      table.add({std::string(to_string(kind)), std::to_string(plan.chunks[i]), brief(rates.median()),
                 spread(rates)});
    }
  return table.text();
}

std::string ready_table(const CallPlan& plan, const CallsRounds& rounds) {
  TextTable table({"executor", "workers", "ready ms", "min–max"});
  for (const auto& [kind, metrics] : rounds.executors) {
    const Samples times = over(metrics, [](const CallMetrics& round) { return round.ready_ms; });
    table.add({std::string(to_string(kind)), std::to_string(kind == ExecutorKind::serial ? 1 : plan.workers),
               brief(times.median()), spread(times)});
  }
  return table.text();
}

}  // namespace

std::string calls_table(const CallsOptions& options, const CallsRounds& rounds) {
  const CallPlan& plan = options.plan;
  const std::size_t complete = rounds.futex.size();
  return fmt::format(
      "spritefarm bench calls: {} worker{}, {} calls, {} round{}\n"
      "All numbers are medians of the rounds; min–max is the range of the rounds.\n\n"
      "Calls per second, with many calls outstanding. GiB/s counts both directions.\n{}\n"
      "Time of one call and its result. The futex rows are two processes that only wake each other: on processors that\n"
      "the kernel chooses, and pinned to two processors.\n{}\n"
      "Items per second through map()\n{}\n"
      "Time until the executor is made and all its workers run a call\n{}",
      plan.workers, plan.workers == 1 ? "" : "s", plan.calls, complete, complete == 1 ? "" : "s",
      many_table(plan, rounds), single_table(plan, rounds), map_table(plan, rounds),
      ready_table(plan, rounds));
}

std::string calls_json(const CallsOptions& options, const CallsRounds& rounds) {
  const CallPlan& plan = options.plan;
  text::JsonWriter json;
  json.begin_object();
  json.key("bench").value("calls").key("workers").value(plan.workers).key("calls").value(plan.calls);
  json.key("rounds").value(rounds.futex.size());
  for (const auto& [name, trips] :
       {std::pair("futex_us", &rounds.futex), {"futex_pinned_us", &rounds.futex_pinned}}) {
    json.key(name).begin_object();
    put(json, "p50", over(*trips, p50));
    put(json, "p99", over(*trips, p99));
    json.end_object();
  }

  json.key("executors").begin_list();
  for (const auto& [kind, metrics] : rounds.executors) {
    json.begin_object();
    json.key("executor").value(to_string(kind));
    json.key("workers").value(kind == ExecutorKind::serial ? 1 : plan.workers);
    put(json, "ready_ms", over(metrics, [](const CallMetrics& round) { return round.ready_ms; }));
    json.key("payloads").begin_list();
    for (std::size_t i = 0; i < plan.payloads.size(); ++i) {
      const std::size_t payload = plan.payloads[i];
      const Samples rates =
          over(metrics, [i](const CallMetrics& round) { return round.calls_per_second[i]; });
      json.begin_object().key("bytes").value(payload).key("calls").value(plan.calls_with(payload));
      json.key("outstanding").value(plan.outstanding_with(payload));
      put(json, "calls_per_second", rates);
      json.key("gib_per_second_both_ways").value(gib_per_second(rates.median(), payload));
      json.key("round_trips").value(plan.round_trips_with(payload));
      json.key("round_trip_us").begin_object();
      put(json, "p50", over(metrics, [i](const CallMetrics& round) { return round.round_trips[i].p50; }));
      put(json, "p99", over(metrics, [i](const CallMetrics& round) { return round.round_trips[i].p99; }));
      json.end_object().end_object();
    }
    json.end_list().key("map").begin_list();
    for (std::size_t i = 0; i < plan.chunks.size(); ++i) {
      json.begin_object().key("chunksize").value(plan.chunks[i]);
      put(json, "items_per_second",
          over(metrics, [i](const CallMetrics& round) { return round.items_per_second[i]; }));
      json.end_object();
    }
    json.end_list().end_object();
  }
  return json.end_list().end_object().text() + "\n";
}

}  // namespace spritefarm::bench
