#pragma once

#include "cluster/cluster_book.hpp"
#include "cluster/node_book.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace spritefarm::test {

/// A client's ClusterBook, nodes with their NodeBooks, and a broker between them that exists in the memory of
/// the test alone. Messages travel in order through connections; a test chooses what arrives next and what is
/// killed. The model performs the actions of the books and counts the executions of each call. Throws
/// Violation.
class ClusterModel {
 public:
  struct Violation : std::logic_error {
    using std::logic_error::logic_error;
  };
  enum class Event : unsigned char {
    submit,
    recall,
    terminate,
    client_to_broker,  // the broker receives the next message of the client
    broker_to_client,
    node_to_broker,
    broker_to_node,
    finish_call,
    kill_worker,
    kill_node,  // another takes its place
    cut_node,
    cut_client,
    restart_broker,
    data_loss,  // the same, with the broker's data
    reconnect,
    refuse,  // the queue of the calls is full, or not any more
    pass_time,
    count
  };

  ClusterModel(int nodes, int slots, int ahead, int max_outstanding);

  /// Plays an event, if it can happen now. `choice` selects the call or node.
  void play(Event event, std::uint32_t choice);
  /// Plays all that is underway, without further faults, until every call is done.
  void finish();

  [[nodiscard]] std::uint64_t submitted() const noexcept { return m_calls.size(); }
  [[nodiscard]] std::size_t unfinished() const noexcept { return m_book.size(); }
  [[nodiscard]] std::uint64_t executions() const noexcept { return m_executions; }
  [[nodiscard]] std::uint64_t faults() const noexcept { return m_faults; }
  [[nodiscard]] std::uint64_t deaths() const noexcept { return m_book.deaths(); }
  /// How often the design allows another execution: see Call::excuses.
  [[nodiscard]] std::uint64_t excuses() const noexcept { return m_excuses; }

 private:
  using CallKey = cluster::CallKey;
  using Handle = cluster::Handle;
  struct Call {
    int retries = 0;
    int executions = 0;
    int cut_short = 0;  // of those, by the end of a worker or a node
    /// Publications that were repeated because no confirmation had come, messages `started` that were lost on
    /// the way to the client although the sender's kernel had taken them, and losses of the broker's data.
    int excuses = 0;
    bool is_done = false;
  };
  struct Delivery {
    CallKey key;
    int reply_queue = 0;  // its generation
    bool is_redelivered = false;
  };
  // From a node to the broker.
  struct Ack {
    std::uint64_t tag;
    bool requeues;
  };
  struct Report {
    enum Kind { started, beat, redelivered, result, died } kind;
    int reply_queue;
    Handle handle;
    std::vector<CallKey> keys;
  };
  using FromNode = std::variant<Ack, Report>;
  // From the broker to a node.
  struct Deliver {
    std::uint64_t tag;
    Delivery delivery;
  };
  struct Confirm {
    Handle handle;
  };
  struct Return {
    int reply_queue;
  };
  struct Cancel {
    cluster::CallId call;
  };
  struct Hello {
    int reply_queue;
  };
  using ToNode = std::variant<Deliver, Confirm, Return, Cancel, Hello>;
  struct Held {
    CallKey key;
    int reply_queue;
    bool is_running = false;
    bool is_stopped = false;
    Report::Kind outcome = Report::result;
  };
  struct Node {
    std::string name;
    std::unique_ptr<cluster::NodeBook> book;
    bool is_connected = false;
    std::deque<FromNode> out;
    std::deque<ToNode> in;
    std::map<std::uint64_t, Delivery> unacknowledged;
    std::uint64_t last_tag = 0;
    std::map<Handle, Held> calls;
  };
  // From the client to the broker, and back.
  struct Publish {
    CallKey key;
    int reply_queue;
  };
  using FromClient = std::variant<Publish, Cancel, Hello>;
  struct Accepted {
    CallKey key;
    bool accepted;
  };
  /// A message in the reply queue.
  struct Reply {
    Report tell;
    std::string node;
  };

  static void must(bool holds, const char* property) {
    if (!holds) throw Violation(property);
  }
  static std::string queue_name(int generation) { return "reply." + std::to_string(generation); }

  void submit(std::uint32_t choice);
  void client_to_broker();
  bool broker_to_client();
  bool node_to_broker(Node& node);
  bool broker_to_node(Node& node);
  void receive(const Report& tell, Node& node);
  void receive(const Reply& reply);
  void finish_call(Node& node, std::uint32_t choice, Report::Kind outcome);
  void kill_node(Node& node);
  void disconnect(Node& node);
  void cut(Node& node, std::uint32_t choice);
  void cut_client(std::uint32_t choice);
  void restart_broker(bool is_data_lost, std::uint32_t choice);
  void connect_client();
  void connect(Node& node);
  void boot(Node& node);
  void count_lost(const Report& tell);
  void deliver_waiting();

  void decide();
  void decide(Node& node);
  void perform(Node& node, const cluster::NodeAction& action);
  void complete(cluster::CallId id);
  void execute(const CallKey& key);

  const cluster::NodeBookOptions m_node_options;
  const int m_prefetch;
  cluster::ClusterBook m_book;
  cluster::ClusterBook::Time m_now{std::chrono::hours(1)};
  std::vector<Call> m_calls;  // by CallId, from 1
  std::vector<Node> m_nodes;
  int m_booted = 0;

  bool m_is_connected = false;
  std::deque<FromClient> m_out;
  std::deque<Accepted> m_in;
  std::map<CallKey, bool> m_unconfirmed;
  std::deque<Delivery> m_queue;  // of the broker
  std::deque<Reply> m_replies;
  int m_generation = 0;  // of the reply queue
  bool m_has_calls_queue = false;
  bool m_has_reply_queue = false;
  bool m_is_full = false;
  std::uint64_t m_executions = 0;
  std::uint64_t m_faults = 0;
  std::uint64_t m_excuses = 0;
};

}  // namespace spritefarm::test
