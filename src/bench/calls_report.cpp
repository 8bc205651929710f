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

double p50_of(const RoundTrip& trip) {
  return trip.p50;
}
double p99_of(const RoundTrip& trip) {
  return trip.p99;
}

/// What goes through with so many calls a second, there and back together.
double gib_per_second(double calls_per_second, std::size_t payload) {
  return calls_per_second * 2 * static_cast<double>(payload) / (1 << 30);
}

std::string many_table(const CallPlan& plan, const CallsRounds& rounds) {
  TextTable table({"executor", "payload", "calls/s", "(rounds)", "GiB/s"});
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
  TextTable table({"executor", "payload", "p50", "(rounds)", "p99", "× futex", "× on two"});
  const double floor = over(rounds.futex, p50_of).median(),
               floor_apart = over(rounds.futex_apart, p50_of).median();
  const auto add = [&](std::string_view name, std::string payload, const std::vector<RoundTrip>& trips) {
    const Samples p50 = over(trips, p50_of), p99 = over(trips, p99_of);
    table.add({std::string(name), std::move(payload), brief(p50.median()), spread(p50), brief(p99.median()),
               fmt::format("{:.2f}", p50.median() / floor),
               fmt::format("{:.2f}", p50.median() / floor_apart)});
  };
  add("futex", "", rounds.futex);
  add("futex on two processors", "", rounds.futex_apart);
  for (std::size_t i = 0; i < plan.payloads.size(); ++i)
    for (const auto& [kind, metrics] : rounds.executors) {
      std::vector<RoundTrip> trips;
      for (const CallMetrics& round : metrics) trips.push_back(round.round_trips[i]);
      add(to_string(kind), std::to_string(plan.payloads[i]), trips);
    }
  return table.text();
}

std::string map_table(const CallPlan& plan, const CallsRounds& rounds) {
  TextTable table({"executor", "chunk", "items/s", "(rounds)"});
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
  TextTable table({"executor", "workers", "ready", "(rounds)"});
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
  return fmt::format(
      "spritefarm bench calls: {} workers, {} calls, {} rounds; medians (least–most)\n\n"
      "Calls a second, many outstanding; GiB/s there and back together\n{}\n"
      "Round trip of one call, microseconds; beside it two processes that only wake each other by a futex, "
      "where the "
      "system\nputs them, and on two processors\n{}\n"
      "map(): items a second\n{}\n"
      "Executor made and all its workers in a call, milliseconds\n{}",
      plan.workers, plan.calls, options.rounds, many_table(plan, rounds), single_table(plan, rounds),
      map_table(plan, rounds), ready_table(plan, rounds));
}

std::string calls_json(const CallsOptions& options, const CallsRounds& rounds) {
  const CallPlan& plan = options.plan;
  text::JsonWriter json;
  json.begin_object();
  json.key("bench").value("calls").key("workers").value(plan.workers).key("calls").value(plan.calls);
  json.key("rounds").value(options.rounds);
  for (const auto& [name, trips] :
       {std::pair("futex_us", &rounds.futex), {"futex_apart_us", &rounds.futex_apart}}) {
    json.key(name).begin_object();
    put(json, "p50", over(*trips, p50_of));
    put(json, "p99", over(*trips, p99_of));
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
