#pragma once

#include "cluster/network_hosts.hpp"
#include "cluster/rabbit_broker.hpp"
#include "support/subprocess.hpp"

#include <memory>
#include <string>
#include <vector>

namespace spritefarm::test {

/// Three brokers that replicate their queues. Throws std::runtime_error if they do not start.
class BrokerCluster {
 public:
  /// On loopback, or each on a host of its own. `hosts` has three and outlives the brokers.
  explicit BrokerCluster(const NetworkHosts* hosts = nullptr);

  RabbitBroker& operator[](std::size_t index) { return *m_brokers.at(index); }
  /// A URL with all of them.
  [[nodiscard]] Broker as(const std::string& user) const;

 private:
  static constexpr int count = 3;

  std::unique_ptr<Subprocess> m_epmd;  // of those on loopback
  std::vector<std::unique_ptr<RabbitBroker>> m_brokers;
};

}  // namespace spritefarm::test
