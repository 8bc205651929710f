#pragma once

#include "cli/exit_status.hpp"
#include "cli/messages.hpp"
#include "farm/accounting.hpp"
#include "farm/farm_executors.hpp"
#include "farm/farm_task.hpp"
#include "farm/forecast.hpp"
#include "farm/http_cache.hpp"
#include "farm/report.hpp"
#include "farm/run_events.hpp"
#include "farm/run_listener.hpp"
#include "farm/task_source.hpp"

#include <spritefarm/futures.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace spritefarm::farm {

/// Runs one farming: hands the tasks to the workers, with a bounded number of calls outstanding, and passes
/// each result on.
///
///     TaskSource ─▶ HttpCache ─▶ submit(task) ─▶ worker ─▶ RunEvents ─▶ Accounting ─▶ report, messages,
///                       │                                                   ▲         listeners, HttpCache
///                       └──────────── a hit needs no request ───────────────┘
///
/// Owned by the run. Lives on the main thread, which waits for RunEvents alone; done callbacks put the number
/// of their call there, on the executors' threads. The failure of a pokémon is in the report; the failure of
/// the whole run is its exit status; what a listener throws leaves run().
class Coordinator {
 public:
  struct Settings {
    TaskSource::Selection selection;
    HttpCache::Settings cache;
    Forecast::Settings forecast;
  };
  /// Everything that it refers to outlives it; `events` also outlives `executors`.
  Coordinator(Settings settings, FarmExecutors& executors, RunEvents& events, Report& report,
              const cli::Messages& messages, std::vector<RunListener*> listeners);
  Coordinator(const Coordinator&) = delete;
  Coordinator& operator=(const Coordinator&) = delete;
  /// Ends the executors if calls are outstanding.
  ~Coordinator();

  /// Once. After an interruption it waits half a second for the calls that run, ends the executors and
  /// returns cli::interrupted.
  cli::ExitStatus run();

  /// What this run and earlier ones have stored, once run() has returned.
  [[nodiscard]] HttpCache& cache() noexcept { return m_cache; }

 private:
  struct Call {
    FarmTask task;
    Future<FarmResult> future;
  };

  /// Returns how many tasks there were. An Error is the index that cannot be read; what it listed before is
  /// farmed.
  Result<std::uint64_t> farm_selection();
  void farm(std::vector<FarmTask> tasks);
  void farm_task(FarmTask task);
  /// The job's size is known now.
  void announce(std::uint64_t max_tasks);
  DatasetHash request_dataset_hash();
  void start_workers();
  void submit(FarmTask task);
  void fail(std::uint64_t number, const FarmTask& task, const std::string& reason);
  void take_one();
  void drain();
  void finish_interrupted();
  void report_workers();
  void terminate_calls();
  void end_calls();
  Call remove_call(std::uint64_t number);
  Result<FarmResult> result_of(Future<FarmResult> future);

  const Settings m_settings;
  FarmExecutors& m_executors;
  RunEvents& m_events;
  Report& m_report;
  const cli::Messages& m_messages;
  HttpCache m_cache;
  Accounting m_accounting;
  std::optional<std::size_t> m_workers_to_start;          // none: they are started
  std::unordered_map<std::uint64_t, Call> m_outstanding;  // by number
  std::uint64_t m_submitted = 0;
  /// When calls are terminated that still run after nothing can be written.
  std::optional<std::chrono::steady_clock::time_point> m_calls_end;
  std::string m_executor_error;  // not empty: why the workers can run nothing more
};

}  // namespace spritefarm::farm
