#pragma once

#include "farm/node_report.hpp"
#include "net/host_table.hpp"

#include <spritefarm/executor.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace spritefarm::farm {

inline constexpr const char* no_cluster_support =
    "this build has no cluster support: install librabbitmq-dev and build it again";

/// The nodes that run the tasks of a run, and the run's rates that they share. The layer that knows the
/// library for many machines implements it. Owned by the FarmExecutors, used by the main thread,
/// but for nodes().
class RunCluster {
 public:
  struct Settings {
    std::string broker;  ///< a URL; empty: from the environment
    std::string group;
    std::vector<std::string> ssh_hosts;  ///< machines on which to start a node for this run
    std::uint64_t run = 0;               ///< the number of the run
    double reserved_part = 0;            ///< of the rates, for the coordinator's own requests
  };

  RunCluster() = default;
  RunCluster(const RunCluster&) = delete;
  RunCluster& operator=(const RunCluster&) = delete;
  virtual ~RunCluster() = default;

  [[nodiscard]] virtual Executor& executor() noexcept = 0;
  /// The slots of the nodes that are there now.
  [[nodiscard]] virtual int slots() const = 0;
  /// Every node that was there during this run, in the order of their names. Any thread. `farmed` is 0.
  [[nodiscard]] virtual std::vector<NodeReport> nodes() const = 0;
};

/// Connects to the broker, starts the nodes that Settings asks for, and waits for the first of these. The
/// run's hosts are told of the pauses that nodes are asked for. Throws BrokenExecutor, std::invalid_argument
/// and std::system_error.
using ConnectCluster = std::function<std::unique_ptr<RunCluster>(const RunCluster::Settings& settings,
                                                                 std::shared_ptr<net::HostTable> hosts)>;

}  // namespace spritefarm::farm
