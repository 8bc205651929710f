#pragma once

#include "cluster/broker_link.hpp"
#include "cluster/node_book.hpp"
#include "cluster/queue_names.hpp"
#include "futures/encoded_call.hpp"
#include "posix/signal_fd.hpp"

#include <spritefarm/cluster.hpp>

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

namespace spritefarm::cluster {

/// A node of a cluster: it runs calls of clients in its process pool.
///
///     RabbitMQ ═▶ BrokerLink ── events ─▶ NodeBook ── actions ─▶ ProcessPoolExecutor, BrokerLink
///                                            ▲                             │
///                                            └───────── on_done() ─────────┘
///
/// The NodeBook decides. Owned by run_node(), used on the thread that calls it; the pool's thread posts.
class Node final : private LinkListener {
 public:
  /// Forks the pool. Throws as run_node().
  explicit Node(NodeOptions options);
  /// Returns the exit status of the process. Throws BrokerError if the broker refuses this node.
  int run();

 private:
  /// A call that the node has. `message` until it is submitted, `body` when it is done.
  struct Call {
    CallMessage message{};
    std::string reply_queue{};
    std::shared_ptr<detail::EncodedCall> running{};
    std::string kind{};  // of its outcome: the property `type`
    std::string body{};
  };

  void set_up(AmqpConnection& publisher, AmqpConnection& consumer) override;
  void on_up() override;
  void on_down(const std::string& why) override;
  void on_message(AmqpMessage message) override;
  void on_confirmed(std::uint64_t token, bool accepted) override;
  void on_returned(const AmqpMessage& message) override;
  void on_blocked(bool) override {}
  void on_events() override;

  void on_call(AmqpMessage message);
  void on_control(const AmqpMessage& message);
  void on_done(Handle handle, detail::EncodedCall& call);
  void on_signal();
  void on_lifeline();
  void watch_status();
  void leave();

  void perform(const AckDelivery& action);
  void perform(const RequeueDelivery& action);
  void perform(const PublishStarted& action);
  void perform(const RunCall& action);
  void perform(const StopCall& action);
  void perform(const PublishRedelivered& action);
  void perform(const PublishOutcome& action);
  void perform(const PublishBeat& action);
  void perform(const ForgetCall& action);
  void tell(const std::string& reply_queue, const std::string& kind, const std::string& body,
            std::uint64_t token);
  void set_outcome(Handle handle, std::string kind, std::string body);

  const NodeOptions m_options;
  const int m_slots;
  const std::string m_name;
  const std::string m_host;
  const std::string m_mark;
  const QueueNames m_names;
  std::optional<EventLoop> m_loop;
  NodeBook m_book;
  std::unordered_map<Handle, Call> m_calls;
  std::optional<ProcessPoolExecutor> m_pool;
  std::optional<posix::SignalFd> m_signals;
  std::optional<BrokerLink> m_link;
  EventLoop::Watch m_signal_watch;
  EventLoop::Watch m_lifeline_watch;
  EventLoop::Timer m_timer;
  EventLoop::Timer m_status_timer;
  std::string m_status_text;
  bool m_is_draining = false;
  std::optional<int> m_status;
};

}  // namespace spritefarm::cluster
