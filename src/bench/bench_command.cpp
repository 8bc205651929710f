#include "bench/bench_command.hpp"

#include "bench/bench_options.hpp"
#include "bench/bench_progress.hpp"
#include "bench/bench_report.hpp"
#include "bench/bench_table.hpp"
#include "bench/calls_command.hpp"
#include "bench/configuration_run.hpp"
#include "bench/cpython_run.hpp"
#include "bench/environment.hpp"
#include "bench/expected_duration.hpp"
#include "bench/undisturbed_run.hpp"
#include "cli/exit_status.hpp"
#include "cli/messages.hpp"
#include "cli/secret_arguments.hpp"
#include "cli/standard_output.hpp"
#include "farm/run_settings.hpp"
#include "system/atomic_file.hpp"
#include "system/directory.hpp"
#include "system/processors.hpp"
#include "system/terminal.hpp"
#include "system/tree_memory.hpp"
#include "text/printable_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

namespace spritefarm::bench {
namespace {

using farm::StartMirror;

/// Measures the configurations of an act in rounds. A round runs each of them once and begins with another
/// configuration than the round before. Owned by compare() and used by the main thread. Both measurements
/// throw Interrupted, IncompleteRun if a run omits sprites or downloads another number of them than the first
/// run, and else std::runtime_error; the message names configuration and round.
class Rounds {
 public:
  /// `act` is an index, `title` tells the act from the others. `expected` is empty in the first act, whose
  /// first run sets it.
  Rounds(const BenchOptions& options, std::size_t act, Signals& signals, const cli::Messages& messages,
         const std::string& title, std::optional<ExpectedDuration>& expected)
      : m_options(options),
        m_signals(signals),
        m_messages(messages),
        m_expected(expected),
        m_progress(cli::fitting_progress_form(), messages,
                   {.title = title,
                    .configurations = shown(options),
                    .first_round = act == 0 ? 0 : 1,
                    .rounds = options.rounds}),
        m_act(act),
        m_runs{options.acts[act], {}} {
    for (const Configuration& configuration : options.configurations)
      m_runs.configurations.push_back({configuration, 0, {}});
    if (m_expected) expect();
  }

  /// A round that neither waits for the embedded mirror nor computes, since neither changes the memory.
  void measure_memory() {
    m_progress.begin_round(0);
    for (std::size_t i = 0; i < m_runs.configurations.size(); ++i) {
      ConfigurationRuns& runs = m_runs.configurations[i];
      const auto observe = [this, &runs](pid_t child) {
        runs.peak_memory = std::max(runs.peak_memory, system::proportional_memory_of_tree(child));
        m_progress.update();
      };
      const Measured<RunMetrics> measured =
          run({}, i, "memory round", {m_signals, std::chrono::milliseconds(5), observe});
      m_progress.end_run(std::nullopt);
      if (!m_expected) announce(measured);
    }
  }
  /// The memory as another act has measured it.
  void take_memory(const ActRuns& act) {
    for (std::size_t i = 0; i < m_runs.configurations.size(); ++i)
      m_runs.configurations[i].peak_memory = act.configurations[i].peak_memory;
  }
  /// Makes a run that is not counted, so that another mirror has its responses in its cache.
  void warm_up() {
    const auto in_flight = [](const Configuration& each) {
      return each.is_cpython ? 0 : each.workers * each.concurrency;
    };
    const auto fastest = std::max_element(
        m_options.configurations.begin(), m_options.configurations.end(),
        [&](const Configuration& a, const Configuration& b) { return in_flight(a) < in_flight(b); });
    m_sources.clear();
    const auto index = static_cast<std::size_t>(fastest - m_options.configurations.begin());
    run({}, index, "warm-up", {m_signals, std::chrono::milliseconds(100), [](pid_t) {}});
  }
  void measure(int round) {
    std::vector<ConfigurationRuns>& all = m_runs.configurations;
    m_progress.begin_round(round + 1);
    const auto observe = [this](pid_t) { m_progress.update(); };
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::size_t at = (i + static_cast<std::size_t>(round)) % all.size();
      ConfigurationRuns& runs = all[at];
      runs.rounds.push_back(run(m_runs.act, at, fmt::format("round {}", round + 1),
                                {m_signals, std::chrono::milliseconds(100), observe}));
      const RunMetrics& metrics = runs.rounds.back().metrics;
      m_progress.end_run(static_cast<double>(metrics.downloaded) / metrics.seconds);
    }
  }
  /// Removes the runs of a round that was interrupted. Returns the number of complete rounds.
  std::size_t keep_complete_rounds() {
    std::size_t complete = m_runs.configurations.front().rounds.size();
    for (const ConfigurationRuns& runs : m_runs.configurations)
      complete = std::min(complete, runs.rounds.size());
    for (ConfigurationRuns& runs : m_runs.configurations)
      runs.rounds.erase(runs.rounds.begin() + static_cast<std::ptrdiff_t>(complete), runs.rounds.end());
    return complete;
  }
  [[nodiscard]] const ActRuns& runs() const noexcept { return m_runs; }

 private:
  Measured<RunMetrics> run(const Act& act, std::size_t index, const std::string& round,
                           const Observer& observer) {
    const Configuration& configuration = m_runs.configurations[index].configuration;
    const auto message = [&](const std::exception& error) {
      return fmt::format("{}, {}: {}", to_string(configuration), round, error.what());
    };
    try {
      Measured<RunMetrics> measured = run_until_undisturbed(
          m_signals, m_progress, index, [&] { return run_once(act, configuration, observer); });
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

  /// Says how long the benchmark will take, by its first run.
  void announce(const Measured<RunMetrics>& serial) {
    m_expected.emplace(serial, system::usable_processors());
    m_messages.note(
        fmt::format("{}, {}, {}, {}: {}",
                    text::counted(m_options.configurations.size(), "configuration", "configurations"),
                    text::counted(m_options.acts.size(), "act", "acts"),
                    text::counted(static_cast<std::uint64_t>(m_options.rounds), "round", "rounds"),
                    text::counted(serial.metrics.downloaded, "sprite", "sprites"),
                    approximate_duration(m_expected->of_all(m_options))));
    expect();
  }
  /// Tells the progress how long its runs and those of the acts that follow take.
  void expect() {
    std::vector<double> memory_runs, runs;
    for (const Configuration& each : m_options.configurations) {
      memory_runs.push_back(m_expected->of_run({}, each));
      runs.push_back(m_expected->of_run(m_runs.act, each));
    }
    double later = 0;
    for (std::size_t i = m_act + 1; i < m_options.acts.size(); ++i)
      later += m_options.rounds * m_expected->of_round(m_options.acts[i], m_options.configurations);
    m_progress.expect(memory_runs, runs, later);
  }

  /// The first run with a mirror tells CPython which sprites to download.
  Measured<RunMetrics> run_once(const Act& act, const Configuration& configuration,
                                const Observer& observer) {
    if (configuration.is_cpython)
      return run_in_cpython(m_options.python, configuration, act, m_sources, m_bytes, observer);
    const bool with_sources = !m_options.python.empty() && m_sources.empty();
    Measured<RunMetrics> measured =
        run_configuration(options_for(m_options, act, configuration), observer, with_sources);
    if (with_sources) {
      m_sources = std::move(measured.metrics.sources);
      m_bytes = measured.metrics.bytes;
    }
    return measured;
  }

  static std::vector<BenchProgress::Configuration> shown(const BenchOptions& options) {
    std::vector<BenchProgress::Configuration> all;
    for (const Configuration& each : options.configurations) all.push_back({to_string(each), "sprites/s"});
    return all;
  }

  const BenchOptions& m_options;
  Signals& m_signals;
  const cli::Messages& m_messages;
  std::optional<ExpectedDuration>& m_expected;
  BenchProgress m_progress;
  const std::size_t m_act;
  ActRuns m_runs;
  std::optional<std::uint64_t> m_sprites;  // downloaded by every run so far
  std::vector<SpriteSource> m_sources;
  std::uint64_t m_bytes = 0;
};

/// A file that an option names. Owned by compare(). The constructor opens the directory and probes whether it
/// is writable, before anything is measured. Both functions throw std::system_error.
class ExportFile {
 public:
  explicit ExportFile(const std::filesystem::path& path)
      : m_folder(system::Directory::open(path.has_parent_path() ? path.parent_path().string() : ".")),
        m_name(path.filename().string()) {
    if (m_name.empty() || std::filesystem::is_directory(path))
      throw std::system_error(EISDIR, std::generic_category());
    system::probe_writing(m_folder);
  }
  void write(const std::string& content) const { system::replace_file(m_folder, m_name, content); }

 private:
  const system::Directory m_folder;
  const std::string m_name;
};

/// The files that the options ask for. Owned by compare(). Both functions throw std::runtime_error with a
/// message for the user.
class ExportFiles {
 public:
  explicit ExportFiles(const BenchOptions& options) {
    add("--report", options.report, m_report);
    add("--export-markdown", options.markdown, m_markdown);
    add("--export-csv", options.csv, m_csv);
  }
  void write(const BenchOptions& options, const std::vector<ActRuns>& acts, const Environment& environment,
             const std::string& json) const {
    write("--report", options.report, m_report, [&] { return bench_page(json); });
    write("--export-markdown", options.markdown, m_markdown,
          [&] { return bench_markdown(options, acts, environment); });
    write("--export-csv", options.csv, m_csv, [&] { return bench_csv(acts); });
  }

 private:
  template <typename Action>
  static void act_on(const char* option, const std::string& path, const Action& action) {
    try {
      action();
    } catch (const std::system_error& error) {
      throw std::runtime_error(
          fmt::format("{} {}: cannot be written: {}; name another file", option, path, error.what()));
    }
  }
  static void add(const char* option, const std::string& path, std::optional<ExportFile>& file) {
    if (!path.empty()) act_on(option, path, [&] { file.emplace(path); });
  }
  template <typename Content>
  static void write(const char* option, const std::string& path, const std::optional<ExportFile>& file,
                    const Content& content) {
    if (file) act_on(option, path, [&] { file->write(content()); });
  }

  std::optional<ExportFile> m_report, m_markdown, m_csv;
};

/// Adds the complete rounds of the act to `acts`, if there are any. False after a termination signal. Throws
/// as Rounds does, but for Interrupted. Memory is measured in the first act, for all.
bool measure_act(BenchOptions& options, const Act& act, const StartMirror& start_mirror,
                 const cli::Messages& messages, std::optional<ExpectedDuration>& expected,
                 std::vector<ActRuns>& acts) {
  farm::RunningMirror memory_mirror, mirror;
  const bool is_first = acts.empty();
  if (options.farm.demo) {
    if (is_first) memory_mirror = start_mirror(std::chrono::milliseconds(0));
    mirror = start_mirror(act.latency);
  }
  Signals signals{system::TerminationSignals(cli::farewell(cli::fitting_progress_form()))};
  const std::string title =
      options.acts.size() > 1 ? fmt::format("act {} of {}, ", acts.size() + 1, options.acts.size()) : "";
  Rounds rounds(options, acts.size(), signals, messages, title, expected);
  try {
    if (is_first) {
      if (options.farm.demo) farm::set_base_url(options.farm, memory_mirror.base_url);
      rounds.measure_memory();
    } else {
      rounds.take_memory(acts.front());
    }
    if (options.farm.demo) {
      farm::set_base_url(options.farm, mirror.base_url);
      rounds.warm_up();
    }
    for (int round = 0; round < options.rounds; ++round) rounds.measure(round);
  } catch (const Interrupted&) {
    const std::size_t complete = rounds.keep_complete_rounds();
    messages.error(
        fmt::format("bench: interrupted; {}{} of {} rounds are complete", title, complete, options.rounds));
    if (complete > 0) acts.push_back(rounds.runs());
    return false;
  }
  acts.push_back(rounds.runs());
  return true;
}

void print_table(const BenchOptions& options, const std::vector<ActRuns>& acts) {
  if (!system::is_terminal(stdout)) return cli::print(bench_table(options, acts));
  const auto columns = static_cast<std::size_t>(system::terminal_size(stdout).columns);
  cli::print(bench_table(options, acts, columns));
  for (const ActRuns& act : acts) cli::print(bench_chart(act, columns));
}

int compare(BenchOptions options, const Environment& environment, const StartMirror& start_mirror,
            const cli::Messages& messages) {
  std::optional<ExportFiles> files;
  try {
    files.emplace(options);
  } catch (const std::runtime_error& error) {
    messages.error(fmt::format("bench: {}", error.what()));
    return cli::no_output;
  }
  std::vector<ActRuns> acts;
  std::optional<ExpectedDuration> expected;
  int status = cli::everything_on_disk;
  try {
    for (const Act& act : options.acts)
      if (!measure_act(options, act, start_mirror, messages, expected, acts)) {
        status = cli::interrupted;
        break;
      }
    if (acts.empty()) return status;
  } catch (const IncompleteRun& incomplete) {
    messages.error(fmt::format("bench: {}", incomplete.what()));
    return incomplete.exit_status();
  }
  const std::string json = bench_json(options, acts, environment);
  if (options.json)
    cli::write_to_stdout(json);
  else
    print_table(options, acts);
  try {
    files->write(options, acts, environment, json);
  } catch (const std::runtime_error& error) {
    messages.error(fmt::format("bench: {}", error.what()));
    return cli::no_output;
  }
  return status;
}

/// `shown` are the arguments without what is secret.
int run_command(const std::vector<std::string>& arguments, const std::vector<std::string>& shown,
                const StartMirror& start_mirror) {
  if (!arguments.empty() && arguments.front() == "calls")
    return calls_command({arguments.begin() + 1, arguments.end()});
  const cli::Messages messages(cli::Verbosity::normal);
  auto parsed = parse_bench_options(arguments, cli::OptionSources::of_process());
  if (!parsed) {
    messages.error(fmt::format("bench: {}; see spritefarm bench --help", parsed.error().message));
    return cli::usage_error;
  }
  if (const auto* help = std::get_if<cli::HelpText>(&*parsed)) {
    cli::print(help->text);
    return cli::everything_on_disk;
  }
  std::vector<std::string> command{"bench"};
  command.insert(command.end(), shown.begin(), shown.end());
  auto options = std::get<BenchOptions>(*std::move(parsed));
  const cli::Messages styled(cli::Verbosity::normal, options.farm.color);
  return compare(std::move(options), Environment(command), start_mirror, styled);
}

}  // namespace

farm::ProgramParts::Command bench_command(StartMirror start_mirror) {
  return [start_mirror = std::move(start_mirror)](int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    cli::hide_secrets(argc, argv);
    return run_command(arguments, {argv + 1, argv + argc}, start_mirror);
  };
}

}  // namespace spritefarm::bench
