#pragma once

#include "cluster/broker_address.hpp"
#include "cluster/rabbitmq.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace spritefarm::cluster {

/// The connection to a broker has failed or is lost.
class BrokerError : public std::runtime_error {
 public:
  /// `is_refusal`: the broker or its certificate refuses us, so another attempt makes no sense.
  BrokerError(const std::string& why, bool is_refusal, int code = 0)
      : std::runtime_error(why), m_is_refusal(is_refusal), m_code(code) {}
  [[nodiscard]] bool is_refusal() const noexcept { return m_is_refusal; }
  /// The AMQP reply code, such as 404; 0 if the broker has not replied.
  [[nodiscard]] int code() const noexcept { return m_code; }

 private:
  bool m_is_refusal;
  int m_code;
};

/// A message from the broker, or one that it has returned.
struct AmqpMessage {
  std::uint64_t tag = 0;
  bool is_redelivered = false;
  std::string consumer{};     ///< the consumer tag
  std::string routing_key{};  ///< of a returned message: the queue that does not exist
  std::string type{};
  std::string reply_to{};
  std::string app_id{};
  std::string body{};
};

/// A message to publish.
struct AmqpPublication {
  std::string exchange{};  ///< empty: routing_key is the name of a queue
  std::string routing_key{};
  std::string type{};
  std::string reply_to{};
  std::string app_id{};
  std::string correlation_id{};
  bool is_mandatory = false;  ///< it is returned if there is no queue for it
  bool is_durable = true;
};

/// What a connection tells its owner, from pump(). May not destroy the connection.
class AmqpListener {
 public:
  virtual ~AmqpListener() = default;
  virtual void on_message(AmqpMessage message) = 0;
  /// The broker is responsible now for the publication of this number, or for all up to it; or it refuses.
  virtual void on_confirmed(std::uint64_t number, bool multiple, bool accepted) = 0;
  virtual void on_returned(AmqpMessage message) = 0;
  /// The broker takes no messages for now, for lack of memory or disk space; or takes them again.
  virtual void on_blocked(bool is_blocked) = 0;
};

/// The arguments of a queue.
using QueueArguments = std::vector<std::pair<std::string, std::variant<std::int64_t, std::string>>>;

/// A connection to RabbitMQ with one channel that confirms publications. Owned by a BrokerLink, used on the
/// thread of its loop. The constructor and the declarations wait for the broker, for at most rpc_timeout
/// each; the other members wait only while the socket takes no more bytes. After a BrokerError the connection
/// is of no use any more.
class AmqpConnection {
 public:
  static constexpr std::chrono::seconds rpc_timeout{5};

  /// Connects and logs in. `name` is what the broker's lists show. Throws BrokerError.
  AmqpConnection(const BrokerAddress& address, const Broker& options, const std::string& name);

  [[nodiscard]] int fd() const;

  // All throw BrokerError. What is declared is durable, and may exist already.
  void declare_exchange(const std::string& name, const char* kind);
  void declare_queue(const std::string& name, const QueueArguments& arguments);
  /// A queue that ends with this connection.
  void declare_own_queue(const std::string& name);
  [[nodiscard]] bool queue_exists(const std::string& name);
  /// `may_be_bound`: a user without the right to bind is no error, because an administrator has done it.
  void bind_queue(const std::string& queue, const std::string& exchange, const std::string& key,
                  bool may_be_bound = false);
  void delete_queue(const std::string& name);
  /// `prefetch`: the number of messages that may be unacknowledged. 0: no limit.
  void consume(const std::string& queue, const std::string& consumer, bool acknowledges, int prefetch);
  void cancel_consumer(const std::string& consumer);

  /// Returns the number of the publication, from 1, for on_confirmed().
  std::uint64_t publish(const AmqpPublication& publication, const std::string& body);
  void acknowledge(std::uint64_t tag, bool multiple);
  void requeue(std::uint64_t tag);

  /// Passes on all that has arrived, without waiting, and serves the heartbeats: to be called when fd() is
  /// readable, after each declaration, and at least every half heartbeat.
  void pump(AmqpListener& listener);

  /// Says good-bye. Never fails.
  void close() noexcept;

 private:
  struct Destroy {
    void operator()(amqp_connection_state_t connection) const noexcept {
      amqp_destroy_connection(connection);
    }
  };
  /// A message whose frames arrive.
  struct Assembly {
    AmqpMessage message;
    bool is_returned = false;
    std::uint64_t size = 0;
  };

  void open_socket(const BrokerAddress& address, const Broker& options);
  void log_in(const BrokerAddress& address, const Broker& options, const std::string& name);
  amqp_channel_t open_channel();
  void expect(const std::string& what);
  void check(int status, const char* what) const;
  [[nodiscard]] std::optional<BrokerError> failure(const amqp_rpc_reply_t& reply, const std::string& what);
  template <typename Probe>
  bool probe(const std::string& what, Probe passive);
  void on_method(const amqp_method_t& method, AmqpListener& listener);
  void on_header(const amqp_frame_t& frame, AmqpListener& listener);
  void finish(AmqpListener& listener);

  std::unique_ptr<std::remove_pointer_t<amqp_connection_state_t>, Destroy> m_connection;
  amqp_channel_t m_channel = 0;
  amqp_channel_t m_last_channel = 0;
  std::uint64_t m_published = 0;
  std::optional<Assembly> m_assembly;
};

}  // namespace spritefarm::cluster
