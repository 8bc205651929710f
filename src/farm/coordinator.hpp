#pragma once

#include "cli/exit_status.hpp"
#include "cli/messages.hpp"
#include "cli/options.hpp"
#include "farm/farm_executors.hpp"
#include "farm/farm_task.hpp"
#include "farm/http_cache.hpp"
#include "farm/plan.hpp"
#include "farm/report.hpp"
#include "farm/run_listener.hpp"

#include <spritefarm/futures.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace spritefarm::farm {

/// Runs one farming: plans what to farm, hands a bounded number of calls to the workers at a time, and tells
/// the report what came back.
///
///     names or IndexReader ──▶ submit(farm_pokemon, task) ──▶ worker ──▶ Future ──▶ m_finished ──▶ account() ──▶ Report
///                │                   ▲                                                   │   │
///              HttpCache                 └────────────── the next, once one came back ◀──────┘   └──▶ HttpCache
///
/// What the cache has at hand goes to account() at once.
///
/// Lives on the main thread, which waits for m_finished; futures become done on the executor's threads, whose
/// callbacks only put them there. Another thread may stop() it, wherever the main thread is then. What goes wrong with a
/// pokémon is in the report; what ends the whole run is its exit status.
class Coordinator {
 public:
  Coordinator(const cli::Options& options, FarmExecutors& executors, Report& report,
              const cli::Messages& messages, std::vector<RunListener*> listeners);

  cli::ExitStatus run();

  /// For a thread that is about to end the program: no more is handed out, and what the workers are at may come to its
  /// end, for so long at most. After that no result is accounted for, nor told to the user.
  void stop(std::chrono::milliseconds timeout);

  /// What is there from this run and earlier ones, once it is over or stopped.
  [[nodiscard]] HttpCache& cache() noexcept { return m_cache; }

 private:
  struct Finished {
    std::uint64_t number = 0;
    FarmTask task;
    Future<FarmResult> future;
  };

  /// The Error is that the index cannot be had; what had come of it is farmed.
  Result<void> farm_index();
  Result<void> farm_named();
  /// Once: what is to be expected of a long job.
  void announce(std::uint64_t pokemon);
  void add(const RequestCount& count);
  void farm(std::vector<FarmTask> tasks);
  DatasetHash request_dataset_hash();
  void start_workers();
  void submit(const FarmTask& task);
  void fail(std::uint64_t number, const FarmTask& task, const std::string& reason);
  void take_one();
  void take(const Finished& finished);
  void drain();
  void account(std::uint64_t number, const FarmTask& task, FarmResult result);
  void tell(const RequestCount& count) const;
  void tell(const std::string& name, const SpriteResult& sprite) const;

  const cli::Options& m_options;
  FarmExecutors& m_executors;
  Report& m_report;
  const cli::Messages& m_messages;
  const std::vector<RunListener*> m_listeners;
  HttpCache m_cache;
  ShareFilter m_share;
  std::size_t m_max_tasks = 0;
  bool m_workers_started = false;
  bool m_nothing_chosen = true;
  bool m_announced = false;

  std::mutex m_accounting;
  std::atomic<bool> m_stopping = false;
  Event m_over;  // all that was handed out has come
  Queue<Finished> m_finished;
  std::size_t m_outstanding = 0;
  std::uint64_t m_submitted = 0;
  std::unordered_set<std::uint32_t> m_farmed_ids;
  std::unordered_set<std::size_t> m_path_hashes;  // of all paths that this run has written
  std::string m_output_error;                     // not empty: why no more is submitted
};

}  // namespace spritefarm::farm
