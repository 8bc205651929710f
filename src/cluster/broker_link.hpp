#pragma once

#include "cluster/amqp_connection.hpp"
#include "cluster/broker_address.hpp"

#include <spritefarm/event_loop.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace spritefarm::cluster {

/// What a BrokerLink tells its owner, on the thread of its loop.
class LinkListener {
 public:
  virtual ~LinkListener() = default;
  /// Declares and consumes on new connections. May throw BrokerError.
  virtual void set_up(AmqpConnection& publisher, AmqpConnection& consumer) = 0;
  virtual void on_up() = 0;
  /// The connections are gone, with all confirmations and acknowledgements that were due.
  virtual void on_down(const std::string& why) = 0;
  virtual void on_message(AmqpMessage message) = 0;
  /// Of a publication with this token.
  virtual void on_confirmed(std::uint64_t token, bool accepted) = 0;
  virtual void on_returned(const AmqpMessage& message) = 0;
  virtual void on_blocked(bool is_blocked) = 0;
  /// After one or more of these.
  virtual void on_events() = 0;
};

/// Keeps two connections to one of the brokers: one publishes, one consumes. A broker that is short of memory
/// stops reading from connections that publish, and acknowledgements must not wait for that. If one of the
/// two is lost, both are opened again, at the next broker of the list, after 0.2 to 5 seconds.
///
/// Owned by a client or a node, used on the thread of its loop. Members do not throw unless they say so: what
/// fails ends the connections, and on_down() follows in a later round of the loop.
class BrokerLink {
 public:
  BrokerLink(EventLoop& loop, std::vector<BrokerAddress> brokers, const Broker& options, std::string name,
             LinkListener& listener);
  BrokerLink(const BrokerLink&) = delete;
  BrokerLink& operator=(const BrokerLink&) = delete;
  ~BrokerLink();

  /// Connects for the first time. Tries each broker once. Throws the last BrokerError.
  void connect();
  /// The same, repeated until it succeeds. Throws a BrokerError that is a refusal.
  void connect_some_time();
  [[nodiscard]] bool is_up() const noexcept { return m_is_up; }

  /// `token`: for on_confirmed(); 0: nobody wants to know. Does nothing while the link is down.
  void publish(const AmqpPublication& publication, const std::string& body, std::uint64_t token = 0);
  void acknowledge(std::uint64_t tag, bool multiple = false);
  void requeue(std::uint64_t tag);
  /// Calls `use(publisher, consumer)`, which may wait for the broker and throw BrokerError. False if the link
  /// is down, or is now.
  template <typename Use>
  bool attempt(Use use) {
    // What arrives during the wait lies in the library's buffers: the descriptor is not readable.
    m_loop.post([this] { pump(); });
    return guarded(use);
  }
  void fail(const std::string& why);
  /// Ends the connections. No event follows.
  void close() noexcept;

 private:
  /// One of the two connections, with its watch and its confirmations that are due.
  struct Line final : AmqpListener {
    explicit Line(BrokerLink& of) : link(of) {}
    void on_message(AmqpMessage message) override;
    void on_confirmed(std::uint64_t number, bool multiple, bool accepted) override;
    void on_returned(AmqpMessage message) override;
    void on_blocked(bool is_blocked) override;

    BrokerLink& link;
    std::unique_ptr<AmqpConnection> connection{};
    EventLoop::Watch watch{};
    std::map<std::uint64_t, std::uint64_t> due{};  // number of a publication → its token
  };

  template <typename Use>
  bool guarded(Use use) {
    if (!m_is_up) return false;
    try {
      use(*m_publisher.connection, *m_consumer.connection);
      return true;
    } catch (const BrokerError& error) {
      fail(error.what());
      return false;
    }
  }
  void open(const BrokerAddress& broker);
  void drop() noexcept;
  void pump();
  void keep_alive();
  void reconnect_later();
  void reconnect();

  EventLoop& m_loop;
  const std::vector<BrokerAddress> m_brokers;
  const Broker m_options;
  const std::string m_name;
  LinkListener& m_listener;
  std::size_t m_next_broker = 0;
  Line m_publisher{*this};
  Line m_consumer{*this};
  bool m_is_up = false;
  std::string m_failure;
  EventLoop::Timer m_heartbeat;
  EventLoop::Timer m_reconnection;  // or the report of a failure
  std::chrono::milliseconds m_delay{200};
  std::minstd_rand m_random;
};

}  // namespace spritefarm::cluster
