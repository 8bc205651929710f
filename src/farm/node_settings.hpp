#pragma once

#include "farm/downloader.hpp"
#include "net/credentials.hpp"
#include "net/host_table.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace spritefarm::farm {

/// The settings of a run as they travel to nodes: those of WorkerSettings and of HostTable that are the same
/// on all machines. The rest, such as certificates and concurrency, is the node's own. It holds the run's
/// credentials for the API and its proxy. All types here are aggregates, for the library's codec.
struct NodeSettings {
  struct Http {
    std::vector<std::string> connect_to;
    std::optional<std::string> proxy{};
    net::Credentials proxy_credentials{};
    std::optional<std::string> noproxy{};
    std::optional<std::string> user_agent{};
    std::vector<std::string> headers{};
    std::string home;
    net::Credentials credentials{};
    bool allow_private = false;
    std::chrono::milliseconds timeout{0};
    int retries = 0;
  };
  struct Limits {
    net::Rate rate{};
    double bytes_per_second = 0;
    std::chrono::seconds max_absence{0};
    bool is_adaptive = true;
    bool is_rate_whole = false;
  };
  Http http;
  Limits limits;
  std::vector<std::string> sprite_keys;
  std::string path_template;
  bool dry_run = false;
  bool server_times = false;
  std::chrono::milliseconds compute{0};
  bool remembers = false;
  bool times = false;
};

/// What the workers of a node share. The node makes it before it forks the first.
struct NodeContext {
  std::string name;                       ///< of the node
  std::shared_ptr<net::HostTable> hosts;  ///< of all runs
  int workers = 1;
  int concurrency = 1;            ///< calls in flight in each worker
  net::HttpOptions certificates;  ///< the node's own; the rest of it is not used
};

NodeSettings node_settings(const WorkerSettings& worker, const net::HostTable::Settings& hosts);
/// The settings of a worker of the node for this run. An Error is a setting that no command line has.
Result<WorkerSettings> worker_settings(const NodeSettings& settings, std::uint64_t run,
                                       const NodeContext& context);

}  // namespace spritefarm::farm
