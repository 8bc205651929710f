#include "bench/calls_command.hpp"

#include "bench/calls_options.hpp"
#include "bench/calls_report.hpp"
#include "bench/child_measurement.hpp"
#include "bench/futex_ping_pong.hpp"
#include "cli/exit_status.hpp"
#include "cli/messages.hpp"
#include "cli/standard_output.hpp"
#include "system/termination_signals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

namespace spritefarm::bench {
namespace {

RoundTrip measure_futex(const CallPlan& plan, Placement placement, const Observer& observer) {
  const auto count = static_cast<int>(std::min<std::size_t>(plan.round_trips_with(0), 100'000));
  const auto measure = [count, placement](const auto& send_metrics) {
    const Samples trips = futex_round_trips(count, placement);
    send_metrics(RoundTrip{trips.median(), trips.quantile(0.99)});
  };
  return measure_in_child<RoundTrip>(measure, observer).metrics;
}

/// Measures each executor once. Begins with another executor than the round before.
void measure_round(const CallsOptions& options, int round, const Observer& observer, CallsRounds& rounds) {
  rounds.futex.push_back(measure_futex(options.plan, Placement::any, observer));
  rounds.futex_pinned.push_back(measure_futex(options.plan, Placement::pinned, observer));
  for (std::size_t i = 0; i < rounds.executors.size(); ++i) {
    auto& [kind, metrics] = rounds.executors[(i + static_cast<std::size_t>(round)) % rounds.executors.size()];
    try {
      metrics.push_back(measure_in_child<CallMetrics>(
                            [&, measured = kind](const auto& send_metrics) {
                              send_metrics(measure_calls(measured, options.plan));
                            },
                            observer)
                            .metrics);
    } catch (const Interrupted&) {
      throw;
    } catch (const std::exception& error) {
      throw std::runtime_error(fmt::format("{}, round {}: {}", to_string(kind), round + 1, error.what()));
    }
  }
}

}  // namespace

int calls_command(const std::vector<std::string>& arguments) {
  const cli::Messages messages(cli::Verbosity::normal);
  const auto parsed = parse_calls_options(arguments);
  if (!parsed) {
    messages.error(fmt::format("bench calls: {}; see spritefarm bench calls --help", parsed.error().message));
    return cli::usage_error;
  }
  if (const auto* help = std::get_if<cli::HelpText>(&*parsed)) {
    cli::print(help->text);
    return cli::everything_on_disk;
  }
  const auto& options = std::get<CallsOptions>(*parsed);

  system::TerminationSignals signals;
  const Observer observer{signals};
  CallsRounds rounds;
  for (const ExecutorKind kind : options.executors) rounds.executors.push_back({kind, {}});
  try {
    for (int round = 0; round < options.rounds; ++round) measure_round(options, round, observer, rounds);
  } catch (const Interrupted&) {
    messages.error("bench calls: interrupted");
    return cli::interrupted;
  } catch (const std::exception& error) {
    messages.error(fmt::format("bench calls: {}", error.what()));
    return cli::some_failed;
  }
  if (options.json)
    cli::write_to_stdout(calls_json(options, rounds));
  else
    cli::print(calls_table(options, rounds));
  return cli::everything_on_disk;
}

}  // namespace spritefarm::bench
