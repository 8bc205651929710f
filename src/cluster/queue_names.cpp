#include "cluster/queue_names.hpp"

namespace spritefarm::cluster {

void QueueNames::declare_shared(AmqpConnection& connection) const {
  connection.declare_exchange(calls(), "fanout");
  connection.declare_exchange(dead(), "direct");
  connection.declare_exchange(control(), "fanout");
  connection.declare_exchange(hello(), "fanout");
  // The limits are last resorts. Clients count redeliveries themselves. At-least-once dead letters require
  // that the queue refuses publications when it is full.
  constexpr std::int64_t day = 24 * 60 * 60 * 1000;
  connection.declare_queue(calls(), {{"x-queue-type", "quorum"},
                                     {"x-expires", day},
                                     {"x-max-length", std::int64_t{1'000'000}},
                                     {"x-overflow", "reject-publish"},
                                     {"x-delivery-limit", std::int64_t{100}},
                                     {"x-dead-letter-exchange", dead()},
                                     {"x-dead-letter-strategy", "at-least-once"}});
  connection.bind_queue(calls(), calls(), "", true);
}

void QueueNames::declare_replies(AmqpConnection& connection, const std::string& client, int generation,
                                 std::chrono::seconds lease) const {
  const std::string name = replies(client, generation);
  connection.declare_queue(name, {{"x-queue-type", "quorum"},
                                  {"x-expires", std::int64_t{std::chrono::milliseconds(lease).count()}}});
  connection.bind_queue(name, dead(), client);
}

void QueueNames::declare_node(AmqpConnection& connection, const std::string& name) const {
  connection.declare_own_queue(node(name));
  connection.bind_queue(node(name), control(), "");
  connection.bind_queue(node(name), hello(), "");
}

}  // namespace spritefarm::cluster
