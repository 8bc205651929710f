#include "cluster/broker_cluster.hpp"

#include "support/eventually.hpp"

#include <random>
#include <stdexcept>

namespace spritefarm::test {

BrokerCluster::BrokerCluster(const NetworkHosts* hosts) {
  const auto name = [hosts](int i) {
    return 'k' + std::to_string(i) + '@' + (hosts ? hosts->address(i) : "localhost");
  };
  std::random_device random;
  BrokerSettings settings{.config =
                              "cluster_partition_handling = pause_minority\n"
                              "cluster_formation.peer_discovery_backend = classic_config\n",
                          // That of RabbitMQ is a minute. On a busy host, brokers need it.
                          .advanced = hosts ? "[{kernel,[{net_ticktime,8}]}].\n" : "",
                          .epmd_port = free_port(),
                          .runs_epmd = hosts != nullptr,
                          .cookie = std::to_string(random()) + std::to_string(random())};
  for (int i = 0; i < count; ++i)
    settings.config +=
        "cluster_formation.classic_config.nodes." + std::to_string(i + 1) + " = " + name(i) + '\n';
  if (!hosts) {
    const std::string port = std::to_string(settings.epmd_port);
    m_epmd =
        std::make_unique<Subprocess>(Command{.arguments = {"epmd", "-address", "127.0.0.1", "-port", port}});
    if (!eventually([&] { return run({.arguments = {"epmd", "-port", port, "-names"}}).exit_status == 0; }))
      throw std::runtime_error("epmd does not start");
  }
  for (int i = 0; i < count; ++i) {
    settings.name = name(i);
    if (hosts) {
      settings.address = hosts->address(i);
      settings.network = hosts->network(i);
    }
    // One after the other: those that start together can wait for each other for ever.
    m_brokers.push_back(std::make_unique<RabbitBroker>(settings));
  }
  // A queue is replicated to those brokers that its first one knows to be up.
  for (const auto& broker : m_brokers) broker->control({"await_online_nodes", std::to_string(count)});
}

Broker BrokerCluster::as(const std::string& user) const {
  Broker all{.password = user};
  for (const auto& broker : m_brokers) all.url += (all.url.empty() ? "" : ",") + broker->as(user).url;
  return all;
}

}  // namespace spritefarm::test
