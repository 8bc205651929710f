#include "farm/run.hpp"

#include "cli/standard_output.hpp"
#include "farm/output_directory.hpp"
#include "net/out_of_memory.hpp"
#include "text/percent_encoding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace spritefarm::farm {
namespace {

/// What to do next, if the error tells.
std::string_view advice(const std::exception& error, cli::Mode mode) {
  const auto* const of_system = dynamic_cast<const std::system_error*>(&error);
  if (of_system == nullptr) return "";
  if (of_system->code() == std::errc::not_enough_memory)
    return "; use fewer workers (-p, -t), or a higher limit (ulimit -v)";
  if (std::string_view(error.what()).starts_with("clone3 is refused"))
    return "; update the container's runtime: it is to answer ENOSYS";
  if (of_system->code() == std::errc::too_many_files_open) return "; allow it more open files (ulimit -n)";
  if (of_system->code() == std::errc::resource_unavailable_try_again)
    return "; allow it more processes (ulimit -u)";
  if (of_system->code() == std::errc::file_too_large)
    return "; allow larger files (ulimit -f), or use threads (-t)";
  const bool is_refused = of_system->code() == std::errc::operation_not_permitted ||
                          of_system->code() == std::errc::function_not_supported;
  if (is_refused && mode == cli::Mode::processes) return "; threads (-t) need fewer system calls";
  return "";
}

cli::ProgressForm progress_form(const cli::Options& options) {
  if (options.verbosity == cli::Verbosity::quiet || options.dry_run) return cli::ProgressForm::none;
  return cli::fitting_progress_form();
}

std::shared_ptr<cli::ActivityBoard> make_board(const cli::Options& options) {
  if (options.mode == cli::Mode::cluster) return nullptr;  // the workers are on other machines
  const bool is_shown =
      options.verbosity == cli::Verbosity::verbose && progress_form(options) == cli::ProgressForm::live;
  return is_shown ? std::make_shared<cli::ActivityBoard>(options.workers) : nullptr;
}

WorkerSettings with_board(WorkerSettings settings, std::shared_ptr<cli::ActivityBoard> board) {
  settings.board = std::move(board);
  return settings;
}

cli::ProgressRows progress_rows(const cli::Options& options, std::shared_ptr<cli::ActivityBoard> board,
                                const FarmExecutors& executors) {
  if (options.mode == cli::Mode::cluster && options.verbosity == cli::Verbosity::verbose)
    return {"nodes", [&executors] {
              std::vector<std::string> lines;
              for (const NodeReport& node : executors.nodes()) lines.push_back(line_of(node));
              return lines;
            }};
  if (!board) return {};
  return {"workers", [board = std::move(board)] { return board->lines(); }};
}

std::vector<RunListener*> with(RunListener& listener, std::vector<RunListener*> others) {
  others.push_back(&listener);
  return others;
}

struct TraceError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Throws TraceError.
std::unique_ptr<TraceFile> open_trace(const cli::Options& options,
                                      std::chrono::steady_clock::time_point start) {
  if (options.trace.empty()) return nullptr;
  try {
    return std::make_unique<TraceFile>(options.trace, start.time_since_epoch(),
                                       options.mode == cli::Mode::processes);
  } catch (const std::system_error& error) {
    throw TraceError(fmt::format("--trace: {}; name another file", error.what()));
  }
}

}  // namespace

Run::Parts::Parts(const cli::Options& options, const RunSettings& settings,
                  const ConnectCluster& connect_cluster, RunningMirror started_mirror,
                  std::chrono::steady_clock::time_point start, Report& report, const cli::Messages& messages)
    : mirror(std::move(started_mirror)),
      board(make_board(options)),
      executors(settings.executors, with_board(settings.worker, board), connect_cluster),
      outputs({.output = options.output,
               .gallery = options.gallery,
               .planned_list = options.dry_run && !options.json},
              open_trace(options, start)),
      progress(progress_form(options), messages, executors.hosts(), progress_rows(options, board, executors)),
      progress_listener(progress),
      coordinator(settings.coordinator, executors, events, report, messages,
                  with(progress_listener, outputs.listeners())) {
  signals.emplace([this] { events.put_interruption(); }, cli::farewell(progress_form(options)));
  stop_signal.emplace(
      [this] {
        executors.suspend();
        progress.suspend();
      },
      [this] {
        progress.resume();
        executors.resume();
      });
}

Run::Run(cli::Options options, StartMirror start_mirror, ConnectCluster connect_cluster)
    : m_options(std::move(options)),
      m_start_mirror(std::move(start_mirror)),
      m_connect_cluster(std::move(connect_cluster)),
      m_messages(m_options.verbosity, m_options.color),
      m_report(settings_of(m_options).report) {}

cli::ExitStatus Run::run() {
  const cli::ExitStatus status = farm();
  print_report(status);
  print_gallery_address();
  return status;
}

RunningMirror Run::start_mirror() {
  if (!m_options.demo) return {};
  RunningMirror mirror = m_start_mirror(std::chrono::milliseconds(0));
  set_base_url(m_options, mirror.base_url);
  m_options.remember = false;  // the mirror has another address each time
  return mirror;
}

cli::ExitStatus Run::farm() try {
  if (!m_options.dry_run)
    if (const Result<void> prepared =
            prepare_output_directory(m_options.output, m_options.path_template.depth());
        !prepared) {
      m_messages.error(prepared.error().message);
      return cli::no_output;
    }
  RunningMirror mirror = start_mirror();
  m_parts = std::make_unique<Parts>(m_options, settings_of(m_options), m_connect_cluster, std::move(mirror),
                                    m_start, m_report, m_messages);
  if (m_options.mode == cli::Mode::processes)
    m_messages.detail({{"the sandbox of the workers: " + m_report.sandbox(), cli::Tone::dim}});
  const cli::ExitStatus status = m_parts->coordinator.run();
  if (status != cli::interrupted)
    m_parts->signals.reset();  // a signal kills from here on: little is left to do
  m_parts->stop_signal.reset();
  m_parts->progress.finish();
  const cli::ExitStatus outputs_status = finish_outputs();
  if (status == cli::interrupted) {
    m_report.set_interrupted();
    m_messages.error("interrupted: the files that are there are whole; run it again for the others");
  }
  return std::max(status, outputs_status);
} catch (const TraceError& error) {
  m_messages.error(error.what());
  return cli::no_output;
} catch (const cli::StandardOutputError&) {
  m_parts.reset();  // ends the calls that are outstanding
  throw;
} catch (const std::bad_alloc&) {
  m_parts.reset();
  m_messages.error(fmt::format("this run cannot go on: {}", net::out_of_memory));
  return cli::some_failed;
} catch (const std::exception& error) {
  m_parts.reset();
  if (m_options.mode == cli::Mode::cluster && dynamic_cast<const std::invalid_argument*>(&error)) {
    m_messages.error(fmt::format("--cluster: {}", error.what()));
    return cli::usage_error;
  }
  m_messages.error(fmt::format("this run cannot go on: {}{}", error.what(), advice(error, m_options.mode)));
  return cli::some_failed;
}

cli::ExitStatus Run::finish_outputs() {
  cli::ExitStatus status = cli::everything_on_disk;
  if (const Result<void> finished = m_parts->outputs.finish_trace(); !finished) {
    m_messages.error(finished.error().message);
    status = cli::no_output;
  }
  const Result<std::string> gallery = m_parts->outputs.write_gallery(m_parts->coordinator.cache());
  if (!gallery) {
    m_messages.error(gallery.error().message);
    status = cli::no_output;
  } else {
    m_gallery = *gallery;
  }
  return status;
}

/// A terminal opens the address by a click.
void Run::print_gallery_address() const {
  if (m_gallery.empty()) return;
  std::error_code error;
  const std::filesystem::path path = std::filesystem::absolute(m_gallery, error);
  m_messages.note("the gallery is " +
                  (error ? m_gallery : "file://" + text::percent_encoded(path.lexically_normal().string())));
}

void Run::print_report(cli::ExitStatus status) const {
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - m_start;
  if (m_options.json)
    cli::write_to_stdout(m_report.json(seconds.count()));
  else if ((status == cli::no_index || status == cli::no_output) && m_report.selected() == 0)
    return;
  else if (!m_options.dry_run && m_options.verbosity != cli::Verbosity::quiet)
    cli::print_line(m_report.summary(seconds.count(), m_options.output), m_options.color);
  else
    m_messages.note(m_report.summary(seconds.count(), m_options.output));
}

}  // namespace spritefarm::farm
