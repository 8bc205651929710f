#pragma once

#include "cli/activity_board.hpp"
#include "cli/exit_status.hpp"
#include "cli/library_messages.hpp"
#include "cli/messages.hpp"
#include "cli/options.hpp"
#include "cli/progress.hpp"
#include "farm/coordinator.hpp"
#include "farm/farm_executors.hpp"
#include "farm/progress_listener.hpp"
#include "farm/report.hpp"
#include "farm/run_events.hpp"
#include "farm/run_outputs.hpp"
#include "farm/run_settings.hpp"
#include "farm/running_mirror.hpp"
#include "system/stop_signal.hpp"
#include "system/termination_signals.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace spritefarm::farm {

/// One run of the farm, from the options to the exit status. Owned by the command; used by the main thread.
/// It owns all parts of the run, in the order in which they must live; they die in the reverse order:
///
///     mirror       a process, forked while this one has a single thread
///     events       executors and signals put into it, until their threads are gone
///     board        shared memory, mapped before the workers are forked
///     executors    fork the zygote, then start threads
///     outputs      trace, gallery and list: listeners of the coordinator; opened after the fork, so that no
///                  worker has their files
///     progress     a thread, so made after the fork; reads the hosts, and the board or the nodes
///     coordinator  has calls outstanding at the executors, and ends them if it dies early
///     signals      a thread; turns a termination signal into an event
///     stop_signal  a thread; stops the workers and the progress with this process (Ctrl-Z)
///
/// A failure of any part ends in a message, the report and an exit status. Only cli::StandardOutputError is
/// thrown: there is nowhere to report to.
class Run {
 public:
  Run(cli::Options options, StartMirror start_mirror, ConnectCluster connect_cluster);

  /// Once. Farms, then prints the report.
  cli::ExitStatus run();

 private:
  struct Parts {
    Parts(const cli::Options& options, const RunSettings& settings, const ConnectCluster& connect_cluster,
          RunningMirror started_mirror, std::chrono::steady_clock::time_point start, Report& report,
          const cli::Messages& messages);

    RunningMirror mirror;
    RunEvents events;
    std::shared_ptr<cli::ActivityBoard> board;  // may be null
    FarmExecutors executors;
    RunOutputs outputs;
    cli::Progress progress;
    ProgressListener progress_listener;
    Coordinator coordinator;
    std::optional<system::TerminationSignals> signals;
    std::optional<system::StopSignal> stop_signal;
  };

  cli::ExitStatus farm();
  RunningMirror start_mirror();
  cli::ExitStatus finish_outputs();
  void print_gallery_address() const;
  void print_report(cli::ExitStatus status) const;

  std::string m_gallery;  // path of its page; empty: none was written
  const std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
  cli::Options m_options;
  const StartMirror m_start_mirror;
  const ConnectCluster m_connect_cluster;
  const cli::Messages m_messages;
  const cli::LibraryMessages m_library_messages{m_messages};
  Report m_report;
  std::unique_ptr<Parts> m_parts;
};

}  // namespace spritefarm::farm
