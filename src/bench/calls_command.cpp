#include "bench/calls_command.hpp"

#include "bench/calls_options.hpp"
#include "bench/calls_report.hpp"
#include "bench/futex_ping_pong.hpp"
#include "bench/measured_child.hpp"
#include "cli/exit_status.hpp"
#include "cli/messages.hpp"
#include "cli/standard_output.hpp"
#include "system/termination_signals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

namespace spritefarm::bench {
namespace {

RoundTrip measure_futex(const CallsPlan& plan, bool apart, const Meanwhile& meanwhile) {
  const auto count = static_cast<int>(std::min<std::size_t>(plan.round_trips_with(0), 100'000));
  const auto measure = [count, apart](const auto& tell) {
    const Samples trips = futex_round_trips(count, apart);
    tell(RoundTrip{trips.median(), trips.quantile(0.99)});
  };
  return measure_apart<RoundTrip>(measure, meanwhile).figures;
}

/// One round: each executor once, from another one on each time.
void measure_round(const CallsOptions& options, int round, const Meanwhile& meanwhile, CallsRounds& rounds) {
  rounds.futex.push_back(measure_futex(options.plan, false, meanwhile));
  rounds.futex_apart.push_back(measure_futex(options.plan, true, meanwhile));
  for (std::size_t i = 0; i < rounds.executors.size(); ++i) {
    auto& [by, figures] = rounds.executors[(i + static_cast<std::size_t>(round)) % rounds.executors.size()];
    try {
      figures.push_back(
          measure_apart<CallsFigures>(
              [&, by = by](const auto& tell) { tell(measure_calls(by, options.plan)); }, meanwhile)
              .figures);
    } catch (const Interrupted&) {
      throw;
    } catch (const std::exception& error) {
      throw std::runtime_error(fmt::format("{}, round {}: {}", to_string(by), round + 1, error.what()));
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
  if (const auto* information = std::get_if<cli::Information>(&*parsed)) {
    cli::write_to_stdout(information->text);
    return cli::everything_on_disk;
  }
  const auto& options = std::get<CallsOptions>(*parsed);

  system::TerminationSignals signals;
  const Meanwhile meanwhile{signals};
  CallsRounds rounds;
  for (const CallsBy by : options.by) rounds.executors.push_back({by, {}});
  try {
    for (int round = 0; round < options.rounds; ++round) measure_round(options, round, meanwhile, rounds);
  } catch (const Interrupted&) {
    signals.wait();  // which takes it: it is not to end this process once it is let through again
    messages.error("bench calls: interrupted");
    return cli::interrupted;
  } catch (const std::exception& error) {
    messages.error(fmt::format("bench calls: {}", error.what()));
    return cli::some_failed;
  }
  cli::write_to_stdout(options.json ? calls_json(options, rounds) : calls_table(options, rounds));
  return cli::everything_on_disk;
}

}  // namespace spritefarm::bench
