#include "cluster/broker_link.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace spritefarm::cluster {
namespace {

constexpr std::chrono::milliseconds min_delay{200}, max_delay{5000};

}  // namespace

BrokerLink::BrokerLink(EventLoop& loop, std::vector<BrokerAddress> brokers, const Broker& options,
                       std::string name, LinkListener& listener)
    : m_loop(loop),
      m_brokers(std::move(brokers)),
      m_options(options),
      m_name(std::move(name)),
      m_listener(listener),
      m_random(std::random_device{}()) {}

BrokerLink::~BrokerLink() {
  drop();
}

void BrokerLink::connect() {
  std::optional<BrokerError> last;
  for (std::size_t tried = 0; tried < m_brokers.size(); ++tried) {
    try {
      return open(m_brokers[m_next_broker]);
    } catch (const BrokerError& error) {
      drop();
      last = error;
      m_next_broker = (m_next_broker + 1) % m_brokers.size();
    }
  }
  throw std::move(*last);
}

void BrokerLink::connect_some_time() {
  try {
    connect();
  } catch (const BrokerError& error) {
    if (error.is_refusal()) throw;
    m_listener.on_down(error.what());
    reconnect_later();
  }
}

void BrokerLink::open(const BrokerAddress& broker) {
  for (Line* const line : {&m_publisher, &m_consumer})
    line->connection = std::make_unique<AmqpConnection>(broker, m_options, m_name);
  m_listener.set_up(*m_publisher.connection, *m_consumer.connection);
  for (Line* const line : {&m_publisher, &m_consumer})
    line->watch = m_loop.watch(line->connection->fd(), EventLoop::readable, [this](unsigned) { pump(); });
  m_is_up = true;
  m_delay = min_delay;
  m_listener.on_up();
  keep_alive();
  // What has arrived during the declarations lies in the library's buffers: the descriptor is not readable.
  m_loop.post([this] { pump(); });
}

void BrokerLink::drop() noexcept {
  m_is_up = false;
  m_heartbeat = {};
  for (Line* const line : {&m_publisher, &m_consumer}) {
    line->watch = {};
    line->connection.reset();
    line->due.clear();
  }
}

void BrokerLink::pump() {
  if (!m_is_up) return;
  try {
    m_publisher.connection->pump(m_publisher);
    if (m_is_up) m_consumer.connection->pump(m_consumer);
  } catch (const BrokerError& error) {
    fail(error.what());
  }
  m_listener.on_events();
}

void BrokerLink::keep_alive() {
  m_heartbeat = m_loop.call_after(m_options.heartbeat / 2, [this] {
    pump();
    if (m_is_up) keep_alive();
  });
}

void BrokerLink::fail(const std::string& why) {
  if (!m_is_up) return;
  m_is_up = false;
  m_failure = why;
  // Later, because a function of a connection may be the caller.
  m_reconnection = m_loop.call_after(std::chrono::milliseconds(0), [this] {
    drop();
    m_listener.on_down(m_failure);
    m_listener.on_events();
    reconnect_later();
  });
}

void BrokerLink::reconnect_later() {
  const std::chrono::milliseconds jitter(
      std::uniform_int_distribution<long>(0, static_cast<long>(m_delay.count()) / 2)(m_random));
  m_reconnection = m_loop.call_after(m_delay / 2 + jitter, [this] { reconnect(); });
  m_delay = std::min(m_delay * 2, max_delay);
}

void BrokerLink::reconnect() {
  try {
    open(m_brokers[m_next_broker]);
    m_listener.on_events();
  } catch (const BrokerError& error) {
    drop();
    m_next_broker = (m_next_broker + 1) % m_brokers.size();
    reconnect_later();
  }
}

// ---- messages ---------------------------------------------------------------------------------------------

void BrokerLink::publish(const AmqpPublication& publication, const std::string& body, std::uint64_t token) {
  guarded([&](AmqpConnection& publisher, AmqpConnection&) {
    const std::uint64_t number = publisher.publish(publication, body);
    if (token != 0) m_publisher.due.emplace_hint(m_publisher.due.end(), number, token);
  });
}

void BrokerLink::acknowledge(std::uint64_t tag, bool multiple) {
  guarded([&](AmqpConnection&, AmqpConnection& consumer) { consumer.acknowledge(tag, multiple); });
}

void BrokerLink::requeue(std::uint64_t tag) {
  guarded([&](AmqpConnection&, AmqpConnection& consumer) { consumer.requeue(tag); });
}

void BrokerLink::Line::on_message(AmqpMessage message) {
  if (link.m_is_up) link.m_listener.on_message(std::move(message));
}

void BrokerLink::Line::on_confirmed(std::uint64_t number, bool multiple, bool accepted) {
  if (!link.m_is_up) return;
  auto first = multiple ? due.begin() : due.find(number);
  while (first != due.end() && first->first <= number) {
    link.m_listener.on_confirmed(first->second, accepted);
    first = due.erase(first);
    if (!multiple) return;
  }
}

void BrokerLink::Line::on_returned(AmqpMessage message) {
  if (link.m_is_up) link.m_listener.on_returned(message);
}

void BrokerLink::Line::on_blocked(bool is_blocked) {
  if (link.m_is_up) link.m_listener.on_blocked(is_blocked);
}

void BrokerLink::close() noexcept {
  m_reconnection = {};
  if (m_is_up)
    for (Line* const line : {&m_publisher, &m_consumer}) line->connection->close();
  drop();
}

}  // namespace spritefarm::cluster
