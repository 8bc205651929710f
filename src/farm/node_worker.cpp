#include "farm/node_worker.hpp"

#include "farm/farm_pokemon.hpp"

#include <spritefarm/codec.hpp>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace spritefarm::farm {
namespace {

// Each keeps connections open.
constexpr std::size_t max_runs = 4;

/// Keeps a run while a call uses it.
class InUse {
 public:
  explicit InUse(NodeWorker::Run& run) : m_run(run) { ++m_run.calls; }
  InUse(const InUse&) = delete;
  InUse& operator=(const InUse&) = delete;
  ~InUse() { --m_run.calls; }

 private:
  NodeWorker::Run& m_run;
};

}  // namespace

void NodeWorker::install(const NodeContext& context) {
  EventLoop& loop = EventLoop::current();
  loop.local<NodeWorker>([&] { return std::make_unique<NodeWorker>(loop, context); });
}

NodeWorker& NodeWorker::current() {
  if (NodeWorker* const installed = EventLoop::current().local<NodeWorker>()) return *installed;
  throw std::logic_error("this program is no node for sprites: start it with spritefarm node");
}

NodeWorker::Run& NodeWorker::run_of(const NodeTask& task) {
  Run& run = m_runs[task.run];
  run.last_call = std::chrono::steady_clock::now();
  if (run.downloader) return run;
  Decoder from(task.settings);
  Result<WorkerSettings> settings = worker_settings(decode<NodeSettings>(from), task.run, m_context);
  if (!settings) throw std::invalid_argument("the settings of the run: " + settings.error().message);
  run.downloader = std::make_unique<Downloader>(m_loop, *std::move(settings));
  const InUse kept(run);
  forget_idle_runs();
  return run;
}

void NodeWorker::forget_idle_runs() {
  while (m_runs.size() > max_runs) {
    auto oldest = m_runs.end();
    for (auto each = m_runs.begin(); each != m_runs.end(); ++each)
      if (each->second.calls == 0 &&
          (oldest == m_runs.end() || each->second.last_call < oldest->second.last_call))
        oldest = each;
    if (oldest == m_runs.end()) return;
    m_runs.erase(oldest);
  }
}

Task<FarmResult> farm_on_node(NodeTask task) {
  NodeWorker& worker = NodeWorker::current();
  NodeWorker::Run& run = worker.run_of(task);
  const InUse kept(run);
  Task<FarmResult> farming = farm_with(*run.downloader, std::move(task.task));
  FarmResult result = co_await std::move(farming);
  result.node = worker.node();
  co_return result;
}

}  // namespace spritefarm::farm
