#include "bench/calls_command.hpp"

#include "bench/calls_options.hpp"
#include "bench/calls_report.hpp"
#include "bench/futex_ping_pong.hpp"
#include "bench/undisturbed_run.hpp"
#include "cli/exit_status.hpp"
#include "cli/messages.hpp"
#include "cli/standard_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <optional>

namespace spritefarm::bench {
namespace {

/// Measures the executors in rounds. A round measures each of them once and begins with another than the
/// round before. Owned by calls_command() and used by the main thread. measure() throws Interrupted, and
/// std::runtime_error with a message that names executor and round.
class RoundsOfCalls {
 public:
  RoundsOfCalls(const CallsOptions& options, Signals& signals, const cli::Messages& messages)
      : m_options(options),
        m_signals(signals),
        m_progress(
            cli::fitting_progress_form(), messages,
            {.title = "", .configurations = shown(options), .rounds = options.rounds, .is_even = true}) {
    for (const ExecutorKind kind : options.executors) m_rounds.executors.push_back({kind, {}});
  }

  void measure(int round) {
    m_progress.begin_round(round + 1);
    m_rounds.futex.push_back(measure_futex(0, Placement::any));
    m_rounds.futex_pinned.push_back(measure_futex(1, Placement::pinned));
    const std::size_t count = m_rounds.executors.size();
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t at = (i + static_cast<std::size_t>(round)) % count;
      auto& [kind, metrics] = m_rounds.executors[at];
      try {
        metrics.push_back(measure_executor(futexes + at, kind));
      } catch (const Interrupted&) {
        throw;
      } catch (const std::exception& error) {
        throw std::runtime_error(fmt::format("{}, round {}: {}", to_string(kind), round + 1, error.what()));
      }
    }
  }
  /// Removes the measurements of a round that was interrupted. Returns the number of complete rounds.
  std::size_t keep_complete_rounds() {
    std::size_t complete = m_rounds.futex_pinned.size();
    for (const ExecutorRounds& each : m_rounds.executors) complete = std::min(complete, each.rounds.size());
    m_rounds.futex.resize(complete);
    m_rounds.futex_pinned.resize(complete);
    for (ExecutorRounds& each : m_rounds.executors) each.rounds.resize(complete);
    return complete;
  }
  [[nodiscard]] const CallsRounds& rounds() const noexcept { return m_rounds; }

 private:
  static constexpr std::size_t futexes = 2;

  static std::vector<BenchProgress::Configuration> shown(const CallsOptions& options) {
    std::vector<BenchProgress::Configuration> all{{"futex", "µs"}, {"futex, pinned", "µs"}};
    for (const ExecutorKind kind : options.executors)
      all.push_back({std::string(to_string(kind)), "calls/s"});
    return all;
  }

  template <typename Metrics, typename Body>
  Metrics measure(std::size_t configuration, const Body& body) {
    const Observer observer{m_signals, std::chrono::milliseconds(100),
                            [this](pid_t) { m_progress.update(); }};
    return run_until_undisturbed(m_signals, m_progress, configuration,
                                 [&] { return measure_in_child<Metrics>(body, observer).metrics; });
  }
  RoundTrip measure_futex(std::size_t configuration, Placement placement) {
    const auto count = static_cast<int>(std::min<std::size_t>(m_options.plan.round_trips_with(0), 100'000));
    const auto trip = measure<RoundTrip>(configuration, [count, placement](const auto& send_metrics) {
      const Samples trips = futex_round_trips(count, placement);
      send_metrics(RoundTrip{trips.median(), trips.quantile(0.99)});
    });
    m_progress.end_run(trip.p50);
    return trip;
  }
  CallMetrics measure_executor(std::size_t configuration, ExecutorKind kind) {
    auto metrics = measure<CallMetrics>(configuration, [this, kind](const auto& send_metrics) {
      send_metrics(measure_calls(kind, m_options.plan));
    });
    const std::vector<double>& figures = metrics.calls_per_second;
    m_progress.end_run(figures.empty() ? std::nullopt : std::optional(figures.front()));
    return metrics;
  }

  const CallsOptions& m_options;
  Signals& m_signals;
  BenchProgress m_progress;
  CallsRounds m_rounds;
};

/// False after a termination signal. Throws std::runtime_error.
bool measure(const CallsOptions& options, const cli::Messages& messages, CallsRounds& rounds) {
  Signals signals{system::TerminationSignals(cli::farewell(cli::fitting_progress_form()))};
  RoundsOfCalls all(options, signals, messages);
  try {
    for (int round = 0; round < options.rounds; ++round) all.measure(round);
  } catch (const Interrupted&) {
    const std::size_t complete = all.keep_complete_rounds();
    messages.error(
        fmt::format("bench calls: interrupted; {} of {} rounds are complete", complete, options.rounds));
    rounds = all.rounds();
    return false;
  }
  rounds = all.rounds();
  return true;
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

  CallsRounds rounds;
  int status = cli::everything_on_disk;
  try {
    if (!measure(options, messages, rounds)) status = cli::interrupted;
  } catch (const std::exception& error) {
    messages.error(fmt::format("bench calls: {}", error.what()));
    return cli::some_failed;
  }
  if (rounds.futex.empty()) return status;
  if (options.json)
    cli::write_to_stdout(calls_json(options, rounds));
  else
    cli::print(calls_table(options, rounds));
  return status;
}

}  // namespace spritefarm::bench
