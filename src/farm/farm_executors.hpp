#pragma once

#include "cli/mode.hpp"
#include "farm/downloader.hpp"
#include "farm/farm_task.hpp"
#include "farm/node_clocks.hpp"
#include "farm/output_files.hpp"
#include "farm/run_cluster.hpp"

#include <spritefarm/futures.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace spritefarm::farm {

/// The executor that the command line asks for, whose workers each have a Downloader, and the index executor,
/// for what the coordinator itself asks servers. Owned by the run, used by the main thread. Made before the
/// program's first thread, since it may fork; throws what the executors' constructors throw.
///
/// In serial mode both are one thread, which runs one call at a time while the main thread waits, so that the
/// main thread learns of an interruption in every mode.
class FarmExecutors {
 public:
  struct Settings {
    cli::Mode mode = cli::Mode::processes;
    int workers = 1;
    int concurrency = 1;  ///< calls in flight in each worker
    Transport transport = Transport::shared_memory;
    net::HostTable::Settings hosts;
    bool confines_workers = true;  ///< processes alone can be confined
    std::string base_url;
    std::string broker;                  ///< of the cluster; empty: from the environment
    std::string group;                   ///< of its nodes
    std::vector<std::string> ssh_hosts;  ///< see RunCluster::Settings
  };
  /// `connect_cluster` may be null if the mode is another.
  FarmExecutors(const Settings& settings, WorkerSettings worker_settings,
                const ConnectCluster& connect_cluster = nullptr);
  /// Waits for the workers' ends, also after cancel_pending(): a thread that ran on beside the program's exit
  /// handlers would use what they have destroyed.
  ~FarmExecutors();
  FarmExecutors(const FarmExecutors&) = delete;
  FarmExecutors& operator=(const FarmExecutors&) = delete;

  /// Submits a task. Call receive() with its result.
  Future<FarmResult> submit(const TaskOptions& options, FarmTask task);
  /// Makes a result of another machine one of this: writes its files and translates its times. One of this
  /// machine stays as it is.
  void receive(FarmResult& result);
  /// For calls in this process.
  [[nodiscard]] Executor& index_executor() noexcept {
    return m_index_executor ? *m_index_executor : executor();
  }

  /// Starts the workers that so many tasks keep busy. They connect to the known hosts while the coordinator
  /// still reads the index.
  void start(std::size_t tasks);

  /// Stops the worker processes, which Ctrl-Z does not reach, and continues them. Any thread.
  void suspend();
  void resume();
  /// Cancels the calls that no worker has begun. No further call is accepted.
  void cancel_pending();
  /// Ends all workers: a process within a fraction of a second, a thread once its calls are done or
  /// terminated.
  void end();

  /// How many calls to keep outstanding, so that no worker waits for the coordinator.
  [[nodiscard]] std::size_t window() const;
  [[nodiscard]] std::uint64_t deaths() const;
  /// The nodes that were there during the run. Empty in the other modes. Any thread.
  [[nodiscard]] std::vector<NodeReport> nodes() const;
  /// What all workers know together about hosts.
  [[nodiscard]] const net::HostTable& hosts() const noexcept { return *m_hosts; }

 private:
  [[nodiscard]] Executor& executor() const noexcept {
    return m_cluster ? m_cluster->executor() : *m_executor;
  }
  void connect(const Settings& settings, const WorkerSettings& worker_settings,
               const ConnectCluster& connect_cluster);

  const std::uint64_t m_run;  // 0: no run of a cluster
  const std::shared_ptr<net::HostTable> m_hosts;
  std::unique_ptr<RunCluster> m_cluster;
  std::string m_node_settings;          // encoded
  std::optional<OutputFiles> m_output;  // of the cluster's results
  NodeClocks m_node_clocks;
  mutable std::mutex m_mutex;                     // of m_farmed
  std::map<std::string, std::uint64_t> m_farmed;  // sprites by node
  std::unique_ptr<Executor> m_executor;
  ProcessPoolExecutor* m_processes = nullptr;  // the same, where it is one
  ThreadPoolExecutor* m_threads = nullptr;     // likewise
  std::unique_ptr<Executor> m_index_executor;
  std::size_t m_window;
};

}  // namespace spritefarm::farm
