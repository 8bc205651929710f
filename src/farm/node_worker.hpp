#pragma once

#include "farm/downloader.hpp"
#include "farm/farm_task.hpp"
#include "farm/node_settings.hpp"

#include <spritefarm/event_loop.hpp>
#include <spritefarm/task.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace spritefarm::farm {

/// The argument of a call to a node: a FarmTask, and the run to which it belongs.
struct NodeTask {
  std::uint64_t run = 0;
  std::string settings;  ///< an encoded NodeSettings
  FarmTask task;
};

/// Does farm_pokemon() in a worker of a node, which has a NodeWorker. The result holds the files, and the
/// name of the node.
Task<FarmResult> farm_on_node(NodeTask task);

/// The state that all calls of a node's worker share: a Downloader for each run of which it has had a call
/// lately. Owned by the worker's event loop and used on its thread alone.
class NodeWorker {
 public:
  /// Creates the NodeWorker of the calling worker; for an executor's initializer.
  static void install(const NodeContext& context);
  /// That of the calling worker. Throws std::logic_error if there is none.
  static NodeWorker& current();

  NodeWorker(EventLoop& loop, NodeContext context) : m_loop(loop), m_context(std::move(context)) {}

  [[nodiscard]] const std::string& node() const noexcept { return m_context.name; }

  struct Run {
    std::unique_ptr<Downloader> downloader;
    int calls = 0;  ///< that use it now
    std::chrono::steady_clock::time_point last_call{};
  };
  /// The run of this task. Throws CodecError or std::invalid_argument if its settings are no settings.
  Run& run_of(const NodeTask& task);

 private:
  void forget_idle_runs();

  EventLoop& m_loop;
  const NodeContext m_context;
  std::map<std::uint64_t, Run> m_runs;
};

}  // namespace spritefarm::farm
