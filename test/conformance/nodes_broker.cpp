#include "cluster/rabbit_broker.hpp"
#include "conformance/executors.hpp"

namespace spritefarm::test {

Broker test_broker() {
  return RabbitBroker::shared().as("guest");
}

}  // namespace spritefarm::test
