#pragma once

#include "farm/node_notices.hpp"
#include "net/host_table.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace spritefarm::farm {

/// What a node knows of the runs that it works for: their parts of the rates, and the pauses of hosts. It
/// writes them to the node's HostTable, which its workers read. Used on the node's main thread.
class NodeState {
 public:
  using Time = std::chrono::steady_clock::time_point;

  NodeState(std::string node, std::shared_ptr<net::HostTable> hosts)
      : m_node(std::move(node)), m_hosts(std::move(hosts)) {}

  /// Takes a RunNotice. Another text is ignored.
  void take(std::string_view notice, Time now);
  /// The NodeNotice.
  std::string status(Time now);

 private:
  struct Run {
    std::uint32_t epoch = 0;
    Time heard{};
  };
  const std::string m_node;
  const std::shared_ptr<net::HostTable> m_hosts;
  std::map<std::uint64_t, Run> m_runs;
  HostPauses m_pauses;
};

}  // namespace spritefarm::farm
