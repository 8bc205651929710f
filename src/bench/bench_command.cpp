#include "bench/bench_command.hpp"

#include "bench/bench_options.hpp"
#include "bench/bench_report.hpp"
#include "bench/calls_command.hpp"
#include "bench/configuration_run.hpp"
#include "bench/environment.hpp"
#include "cli/exit_status.hpp"
#include "cli/messages.hpp"
#include "cli/standard_output.hpp"
#include "system/atomic_file.hpp"
#include "system/directory.hpp"
#include "system/terminal.hpp"
#include "system/termination_signals.hpp"
#include "system/tree_memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>
#include <system_error>
#include <utility>

namespace spritefarm::bench {
namespace {

using farm::StartMirror;

/// Measures the configurations in rounds. A round runs each of them once and begins with another
/// configuration than the round before. Owned by compare() and used by the main thread. Both measurements
/// throw Interrupted, IncompleteRun if a run omits sprites or downloads another number of them than the first
/// run, and else std::runtime_error; the message names configuration and round.
class Rounds {
 public:
  Rounds(const BenchOptions& options, const system::TerminationSignals& signals)
      : m_options(options), m_signals(signals) {
    for (const Configuration& configuration : options.configurations)
      m_runs.push_back({configuration, 0, {}});
  }

  void measure_memory() {
    for (ConfigurationRuns& runs : m_runs) {
      const auto observe = [&runs](pid_t child) {
        runs.peak_memory = std::max(runs.peak_memory, system::proportional_memory_of_tree(child));
      };
      run(runs.configuration, "memory round", {m_signals, std::chrono::milliseconds(5), observe});
    }
  }
  void measure(int round) {
    for (std::size_t i = 0; i < m_runs.size(); ++i) {
      ConfigurationRuns& runs = m_runs[(i + static_cast<std::size_t>(round)) % m_runs.size()];
      runs.rounds.push_back(run(runs.configuration, fmt::format("round {}", round + 1), {m_signals}));
    }
  }
  [[nodiscard]] const std::vector<ConfigurationRuns>& runs() const noexcept { return m_runs; }

 private:
  Measured<RunMetrics> run(const Configuration& configuration, const std::string& round,
                           const Observer& observer) {
    const auto message = [&](const std::exception& error) {
      return fmt::format("{} × {}, {}: {}", cli::to_string(configuration.mode), configuration.workers, round,
                         error.what());
    };
    try {
      Measured<RunMetrics> measured = run_configuration(options_for(m_options, configuration), observer);
      const std::uint64_t sprites = measured.metrics.downloaded;
      if (m_sprites.value_or(sprites) != sprites)
        throw IncompleteRun(
            fmt::format("downloaded {} sprites, but the first run downloaded {}", sprites, *m_sprites),
            cli::some_failed);
      m_sprites = sprites;
      return measured;
    } catch (const Interrupted&) {
      throw;
    } catch (const IncompleteRun& incomplete) {
      throw IncompleteRun(message(incomplete), incomplete.exit_status());
    } catch (const std::exception& error) {
      throw std::runtime_error(message(error));
    }
  }

  const BenchOptions& m_options;
  const system::TerminationSignals& m_signals;
  std::vector<ConfigurationRuns> m_runs;
  std::optional<std::uint64_t> m_sprites;  // downloaded by every run so far
};

/// The file of --report. Owned by compare(). The constructor opens the directory and probes whether it is
/// writable, before anything is measured. Both functions throw std::system_error.
class ReportFile {
 public:
  explicit ReportFile(const std::filesystem::path& path)
      : m_folder(system::Directory::open(path.has_parent_path() ? path.parent_path().string() : ".")),
        m_name(path.filename().string()) {
    if (m_name.empty() || std::filesystem::is_directory(path))
      throw std::system_error(EISDIR, std::generic_category());
    system::probe_writing(m_folder);
  }
  void write(const std::string& page) const { system::replace_file(m_folder, m_name, page); }

 private:
  const system::Directory m_folder;
  const std::string m_name;
};

int compare(BenchOptions options, const Environment& environment, const StartMirror& start_mirror,
            const cli::Messages& messages) {
  std::optional<ReportFile> report;
  const auto cannot_write = [&](const std::system_error& error) {
    messages.error(fmt::format("bench: --report {}: cannot be written: {}; name another file", options.report,
                               error.what()));
    return cli::no_output;
  };
  try {
    if (!options.report.empty()) report.emplace(options.report);
  } catch (const std::system_error& error) {
    return cannot_write(error);
  }
  farm::RunningMirror mirror;
  if (options.farm.demo) {
    mirror = start_mirror(options.latency);
    options.farm.base_url = mirror.base_url;
  }
  system::TerminationSignals signals;
  Rounds rounds(options, signals);
  try {
    rounds.measure_memory();
    for (int round = 0; round < options.rounds; ++round) {
      messages.note(fmt::format("bench: round {} of {}", round + 1, options.rounds));
      rounds.measure(round);
    }
  } catch (const Interrupted&) {
    signals.wait();  // consumes the signal, which would otherwise end this process once unblocked
    messages.error("bench: interrupted");
    return cli::interrupted;
  } catch (const IncompleteRun& incomplete) {
    messages.error(fmt::format("bench: {}", incomplete.what()));
    return incomplete.exit_status();
  }
  const std::string json = bench_json(options, rounds.runs(), environment);
  cli::write_to_stdout(options.json ? json : bench_table(options, rounds.runs()));
  if (!options.json && system::is_terminal(stdout)) cli::write_to_stdout(bench_chart(rounds.runs()));
  try {
    if (report) report->write(bench_page(json));
  } catch (const std::system_error& error) {
    return cannot_write(error);
  }
  return cli::everything_on_disk;
}

int run_command(const std::vector<std::string>& arguments, const StartMirror& start_mirror) {
  if (!arguments.empty() && arguments.front() == "calls")
    return calls_command({arguments.begin() + 1, arguments.end()});
  const cli::Messages messages(cli::Verbosity::normal);
  auto parsed = parse_bench_options(arguments, {std::getenv("SPRITEFARM_BASE_URL"), &std::cin});
  if (!parsed) {
    messages.error(fmt::format("bench: {}; see spritefarm bench --help", parsed.error().message));
    return cli::usage_error;
  }
  if (const auto* help = std::get_if<cli::HelpText>(&*parsed)) {
    cli::write_to_stdout(help->text);
    return cli::everything_on_disk;
  }
  std::vector<std::string> command{"bench"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return compare(std::get<BenchOptions>(*std::move(parsed)), Environment(command), start_mirror, messages);
}

}  // namespace

farm::ProgramParts::Command bench_command(StartMirror start_mirror) {
  return [start_mirror = std::move(start_mirror)](int argc, char** argv) {
    return run_command({argv + 1, argv + argc}, start_mirror);
  };
}

}  // namespace spritefarm::bench
