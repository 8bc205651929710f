#pragma once

#include "cluster/amqp_connection.hpp"

#include <chrono>
#include <string>

namespace spritefarm::cluster {

/// The names of what a group has at the broker, and its declaration. `P` is sf.GROUP.BUILD_MARK, so programs
/// of another build, or of another wire_version, meet nowhere but in the exchange of greetings.
///
///     exchange P.calls            fanout    calls; the routing key is the client's id
///     queue    P.calls            quorum    the calls that no node has taken
///     exchange P.dead             direct    calls that the broker gives up, by client id
///     exchange P.control          fanout    from clients to all nodes of the build
///     exchange sf.GROUP.hello     fanout    from clients to all nodes of all builds
///     queue    P.reply.CLIENT.N   quorum    results and reports; N counts how often it was lost
///     queue    P.node.NODE        exclusive what a node reads of control and hello
class QueueNames {
 public:
  QueueNames(const std::string& group, const std::string& mark)
      : m_prefix("sf." + group + '.' + mark), m_hello("sf." + group + ".hello") {}

  [[nodiscard]] std::string calls() const { return m_prefix + ".calls"; }
  [[nodiscard]] std::string dead() const { return m_prefix + ".dead"; }
  [[nodiscard]] std::string control() const { return m_prefix + ".control"; }
  [[nodiscard]] const std::string& hello() const noexcept { return m_hello; }
  [[nodiscard]] std::string node(const std::string& name) const { return m_prefix + ".node." + name; }
  [[nodiscard]] std::string replies(const std::string& client, int generation) const {
    return m_prefix + ".reply." + client + '.' + std::to_string(generation);
  }

  /// What clients and nodes share. Throws BrokerError.
  void declare_shared(AmqpConnection& connection) const;
  /// A reply queue, which the broker deletes when it was not read for `lease`. Throws BrokerError.
  void declare_replies(AmqpConnection& connection, const std::string& client, int generation,
                       std::chrono::seconds lease) const;
  /// The queue of a node. Throws BrokerError.
  void declare_node(AmqpConnection& connection, const std::string& name) const;

 private:
  std::string m_prefix;
  std::string m_hello;
};

}  // namespace spritefarm::cluster
