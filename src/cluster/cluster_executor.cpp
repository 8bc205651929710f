#include "cluster/client.hpp"
#include "futures/pool_release.hpp"

#include <spritefarm/cluster.hpp>
#include <spritefarm/portable_exception.hpp>

#include <utility>

namespace spritefarm {
namespace {

const PortableException<BrokenCluster> broken_cluster;

std::string describe(const std::string& node) {
  if (node.empty()) return "this call was lost too often on its way to a node";
  return "the node " + node + " that ran this call was lost";
}

}  // namespace

NodeLost::NodeLost(std::string node)
    : WorkerDied(WorkerExit{}), m_node(std::move(node)), m_what(describe(m_node)) {}

ClusterExecutor::ClusterExecutor(ClusterExecutorOptions options)
    : m_client(std::make_shared<Client>(std::move(options))) {
  m_client->start();
}

ClusterExecutor::~ClusterExecutor() {
  futures::release_pool(m_client);
}

void ClusterExecutor::schedule(std::shared_ptr<detail::Call> call) {
  m_client->schedule(std::static_pointer_cast<detail::RemoteCall>(std::move(call)));
}

std::vector<NodeInfo> ClusterExecutor::nodes() const {
  return m_client->nodes();
}

void ClusterExecutor::wait_for_nodes(int count, Duration timeout) {
  m_client->wait_for_nodes(count, timeout);
}

std::map<std::string, std::uint64_t> ClusterExecutor::deaths() const {
  return m_client->deaths();
}

void ClusterExecutor::announce(std::string message) {
  m_client->announce(std::move(message));
}

void ClusterExecutor::shutdown(bool wait, bool cancel_futures) {
  m_client->shutdown(wait, cancel_futures);
}

}  // namespace spritefarm
