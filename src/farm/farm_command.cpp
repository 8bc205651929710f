#include "farm/farm_command.hpp"

#include "cli/exit_status.hpp"
#include "cli/messages.hpp"
#include "cli/options.hpp"
#include "cli/progress.hpp"
#include "cli/standard_output.hpp"
#include "farm/coordinator.hpp"
#include "farm/farm_executors.hpp"
#include "farm/gallery.hpp"
#include "farm/progress_listener.hpp"
#include "farm/report.hpp"
#include "farm/trace_file.hpp"
#include "posix/process_memory.hpp"
#include "system/atomic_file.hpp"
#include "system/directory.hpp"
#include "system/interruption_watch.hpp"
#include "text/printable_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace spritefarm::farm {
namespace {

/// Makes the output directory, tries it, and removes what a killed run has left there, before anybody is asked for
/// anything.
Result<void> prepare_output_directory(const std::string& path, int depth) {
  try {
    const system::Directory output = system::Directory::make(path);
    system::probe_writing(output);
    system::remove_abandoned_files(output, depth);
    return {};
  } catch (const std::system_error& error) {
    return Error{fmt::format("the output directory '{}' cannot be used: {}; choose another with --output",
                             path, error.what())};
  }
}

/// What to do next, where the error tells.
std::string_view advice(const std::exception& error) {
  const auto* const of_system = dynamic_cast<const std::system_error*>(&error);
  if (of_system == nullptr) return "";
  if (of_system->code() == std::errc::too_many_files_open) return "; allow it more open files (ulimit -n)";
  if (of_system->code() == std::errc::resource_unavailable_try_again)
    return "; allow it more processes (ulimit -u)";
  return "";
}

std::string_view transport_of(const cli::Options& options) {
  return options.mode == cli::Mode::processes ? cli::to_string(options.transport) : "none";
}

void print_report(const cli::Options& options, const Report& report, const cli::Messages& messages,
                  std::chrono::steady_clock::time_point start, cli::ExitStatus status) {
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  if (options.json)
    cli::write_to_stdout(report.json(seconds.count()));
  else if ((status == cli::no_index || status == cli::no_output) && report.selected() == 0)
    return;
  else if (!options.dry_run && options.verbosity != cli::Verbosity::quiet)
    cli::write_to_stdout(report.summary(seconds.count(), options.output) + "\n");
  else
    messages.note(report.summary(seconds.count(), options.output));
}

/// Prints what a dry run would download.
class PlannedList final : public RunListener {
 public:
  void on_result(std::uint64_t, const FarmResult& result) override {
    for (const SpriteResult& sprite : result.sprites)
      if (sprite.status == SpriteStatus::planned)
        cli::write_to_stdout(fmt::format("{}\t{}\n", text::printable(sprite.url), sprite.path));
  }
};

/// Adds what earlier runs have left, and writes it into the output directory.
cli::ExitStatus write_gallery(Gallery& gallery, Coordinator& coordinator, const cli::Options& options,
                              const cli::Messages& messages) {
  coordinator.cache().for_each_stored([&](const auto&... kept) { gallery.add_stored(kept...); });
  const std::string path = fmt::format("{}/{}", options.output, Gallery::file_name);
  if (gallery.has_path(Gallery::file_name)) {
    messages.error(
        fmt::format("no gallery is written: {} is a sprite's own; choose another --template", path));
    return cli::no_output;
  }
  try {
    system::replace_file(system::Directory::open(options.output), Gallery::file_name, gallery.page());
  } catch (const std::system_error& error) {
    messages.error(
        fmt::format("the gallery {} cannot be written: {}; make room and run again", path, error.what()));
    return cli::no_output;
  }
  messages.note("the gallery is " + path);
  return cli::everything_on_disk;
}

/// Ends the program although its threads and processes may be busy with anything, in less than a second, without leaving a
/// part of a file. What the workers can finish in a moment still counts. The gallery of 50,000 sprites takes half a second
/// more.
[[noreturn]] void end_interrupted(Coordinator& coordinator, FarmExecutors& executors,
                                  const cli::Messages& messages, const std::function<void()>& write_last,
                                  const std::function<void()>& report) {
  try {
    coordinator.stop(std::chrono::milliseconds(500));
    executors.end_processes();
    write_last();
    system::end_file_replacement();
    messages.error("interrupted: the files that are there are whole; run it again for the others");
    report();
  } catch (const std::exception& error) {
    messages.error(error.what());
  }
  std::_Exit(cli::interrupted);
}

cli::ExitStatus farm(cli::Options options, const ProgramParts& parts) {
  const auto start = std::chrono::steady_clock::now();
  const cli::Messages messages(options.verbosity);
  Report report({cli::to_string(options.mode), options.workers, options.concurrency, transport_of(options),
                 options.dry_run});
  if (!options.dry_run)
    if (const auto prepared = prepare_output_directory(options.output, options.path_template.depth());
        !prepared) {
      messages.error(prepared.error().message);
      print_report(options, report, messages, start, cli::no_output);
      return cli::no_output;
    }
  RunningMirror mirror;
  if (options.demo) {
    mirror = parts.start_mirror(std::chrono::milliseconds(0));
    options.base_url = mirror.base_url;
    options.remember = false;  // it has another address each time
  }

  std::vector<RunListener*> listeners;
  PlannedList planned;
  if (options.dry_run && !options.json) listeners.push_back(&planned);
  Gallery gallery;
  if (options.gallery) listeners.push_back(&gallery);
  std::optional<TraceFile> trace;
  try {
    if (!options.trace.empty())
      listeners.push_back(
          &trace.emplace(options.trace, start.time_since_epoch(), options.mode == cli::Mode::processes));
  } catch (const std::system_error& error) {
    messages.error(fmt::format("--trace: {}; name another file", error.what()));
    return cli::no_output;
  }
  const cli::ProgressForm progress_form = options.verbosity == cli::Verbosity::quiet || options.dry_run
                                              ? cli::ProgressForm::none
                                              : cli::fitting_progress_form();
  const std::shared_ptr<cli::ActivityBoard> board =
      progress_form == cli::ProgressForm::live && options.verbosity == cli::Verbosity::verbose
          ? std::make_shared<cli::ActivityBoard>(options.workers)
          : nullptr;
  std::optional<FarmExecutors> executors;
  std::optional<cli::Progress> progress;
  std::optional<ProgressListener> progress_listener;
  std::optional<Coordinator> coordinator;
  const auto write_last = [&] {
    if (progress) progress->finish();
    if (trace) trace->finish();
    return coordinator && options.gallery ? write_gallery(gallery, *coordinator, options, messages)
                                          : cli::everything_on_disk;
  };
  const auto run = [&] {
    executors.emplace(
        options, WorkerSettings{options.http, options.sprite_keys, options.selector, options.path_template,
                                options.output, options.dry_run, options.compute, options.remember,
                                !options.trace.empty(), board});
    progress.emplace(progress_form, messages, executors->rate_limits(), board.get());
    listeners.push_back(&progress_listener.emplace(*progress));
    coordinator.emplace(options, *executors, report, messages, listeners);
    const auto report_interrupted = [&] {
      report.set_interrupted();
      print_report(options, report, messages, start, cli::interrupted);
    };
    const system::InterruptionWatch signals(
        [&] { end_interrupted(*coordinator, *executors, messages, write_last, report_interrupted); },
        cli::interrupted);
    return coordinator->run();
  };
  cli::ExitStatus status = cli::some_failed;
  try {
    status = run();
    status = std::max(status, write_last());
  } catch (const std::exception& error) {
    if (progress) progress->finish();
    messages.error(fmt::format("this run cannot go on: {}{}", error.what(), advice(error)));
  }
  print_report(options, report, messages, start, status);
  return status;
}

}  // namespace

int spritefarm_command(int argc, char** argv, const ProgramParts& parts) try {
  system::ignore_broken_pipes();
  posix::keep_freed_memory();  // worker processes do: a comparison with threads is to be one of nothing else
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  if (!arguments.empty())
    if (const auto command = parts.commands.find(arguments.front()); command != parts.commands.end())
      return command->second(argc - 1, argv + 1);

  auto parsed = cli::parse_options(arguments, {std::getenv("SPRITEFARM_BASE_URL"), &std::cin});
  if (!parsed) {
    cli::Messages(cli::Verbosity::normal).error(parsed.error().message + "; see spritefarm --help");
    return cli::usage_error;
  }
  if (const auto* information = std::get_if<cli::HelpText>(&*parsed)) {
    cli::write_to_stdout(information->text);
    return cli::everything_on_disk;
  }
  return farm(std::get<cli::Options>(*std::move(parsed)), parts);
} catch (const std::exception& error) {
  cli::Messages(cli::Verbosity::normal).error(error.what());
  return cli::some_failed;
}

}  // namespace spritefarm::farm
