#pragma once

#include "cluster/cluster_message.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace spritefarm::cluster {

struct NodeBookOptions {
  int slots = 1;
  std::chrono::nanoseconds beat = std::chrono::seconds(3);
  /// How long the node may owe the broker an acknowledgement: half of its default consumer_timeout.
  std::chrono::nanoseconds max_unacknowledged = std::chrono::minutes(15);
  std::chrono::nanoseconds remember_gone = std::chrono::minutes(10);
  std::chrono::nanoseconds greeting_lasts = std::chrono::seconds(10);
};

/// The number of a call that the node has. 0: none.
using Handle = std::uint64_t;

/// Acknowledge the delivery.
struct AckDelivery {
  std::uint64_t tag;
};
/// Give the delivery back to the broker.
struct RequeueDelivery {
  std::uint64_t tag;
};
/// Publish `started`. Comes before the RunCall of these calls.
struct PublishStarted {
  std::string reply_queue;
  std::vector<CallKey> calls{};
};
/// Submit the call to the pool. on_done() follows.
struct RunCall {
  Handle handle;
};
/// End the call. Its on_done() follows as for every call that runs.
struct StopCall {
  Handle handle;
};
/// Publish that the delivery was delivered before, or the outcome of the call. on_confirmed() follows, or
/// on_refused(), or on_returned(), unless the connection ends before.
struct PublishRedelivered {
  Handle handle;
};
struct PublishOutcome {
  Handle handle;
};
/// Publish a beat with these calls. A client that has gone makes it return.
struct PublishBeat {
  std::string reply_queue;
  std::vector<CallKey> calls{};
};
/// The call is done. Its handle is not used any more.
struct ForgetCall {
  Handle handle;
};
using NodeAction = std::variant<AckDelivery, RequeueDelivery, PublishStarted, RunCall, StopCall,
                                PublishRedelivered, PublishOutcome, PublishBeat, ForgetCall>;

/// Decides everything for a node: which calls run, and when the broker and the clients are told what. Pure,
/// as ClusterBook is.
///
///     on_delivery() ─▶ waiting ── plan() ─▶ RunCall ─▶ running ── on_done() ─▶ PublishOutcome
///            │                                                                  │
///            └─ delivered before ─▶ PublishRedelivered ── on_confirmed() ─▶ AckDelivery
///
/// The rules have the numbers of the design.
///
///   1   A message that is delivered again does not run: it is reported to its client, then acknowledged.
///   2   When the connection ends, calls that run go on, and what waits is the broker's again. Outcomes that
///       were not confirmed are published again after the reconnection.
///   3   A call that has run for max_unacknowledged is acknowledged before its end, and lives by beats from
///       then on. One that has waited so long is given back.
///   4   A message that returns tells that its client has gone: its calls end, and those that come later are
///       dropped, for remember_gone.
///
/// Owned by the node, used on its thread. Throws std::bad_alloc.
class NodeBook {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit NodeBook(const NodeBookOptions& options) : m_options(options) {}

  /// An earlier time than before is ignored.
  void set_time(Time now) noexcept;
  void run_due_timers();
  /// When run_due_timers() is to be called next.
  [[nodiscard]] std::optional<Time> next_timer() const;

  // ---- the connection
  void on_connected();
  void on_disconnected();
  /// Gives the call a handle; 0 if it is dropped.
  Handle on_delivery(std::uint64_t tag, bool is_redelivered, const std::string& reply_queue,
                     const std::string& client, CallKey key);
  /// A delivery that is no call: the node cannot answer it.
  void on_bad_delivery(std::uint64_t tag);
  void on_confirmed(Handle handle);
  void on_refused(Handle handle);
  void on_returned(const std::string& reply_queue);
  void on_cancel(const CancelMessage& message);
  /// A client has asked who is there.
  void on_hello(const std::string& reply_queue);
  /// What beats tell has changed.
  void on_status_changed();

  // ---- the pool
  void on_done(Handle handle);
  /// Instead of a RunCall: the connection has ended before `started` could be sent.
  void on_not_run(Handle handle);

  /// Takes no more calls, gives back what waits, and finishes what runs.
  void leave();
  /// Left, and nothing is left to be told.
  [[nodiscard]] bool is_finished() const noexcept { return m_is_draining && m_calls.empty(); }

  /// Starts calls. To be called after one or more events.
  void plan();
  /// The actions of all events since the caller cleared it, in order.
  [[nodiscard]] std::vector<NodeAction>& actions() noexcept { return m_actions; }

  [[nodiscard]] std::uint32_t busy() const noexcept { return static_cast<std::uint32_t>(m_running); }
  [[nodiscard]] std::uint64_t done() const noexcept { return m_done; }

 private:
  enum class State : unsigned char { reported, waiting, running, dropped, done };
  struct Call {
    State state = State::waiting;
    std::uint64_t tag = 0;  // 0: acknowledged, or void since the connection ended
    std::string reply_queue;
    std::string client;
    CallKey key{};
    Time since{};             // of the delivery, or of the start
    bool is_refused = false;  // its publication, which is repeated with the next beat
  };
  using Calls = std::map<Handle, Call>;

  void acknowledge(Call& call);
  void drop(Calls::iterator found);
  template <typename Condition>
  void drop_if(Condition condition);
  void publish(Handle handle, const Call& call);
  void forget(Calls::iterator found);
  void beat();

  const NodeBookOptions m_options;
  Time m_now{};
  bool m_is_connected = false;
  bool m_is_draining = false;
  Handle m_last_handle = 0;
  Calls m_calls;
  std::deque<Handle> m_waiting;  // a handle whose call does not wait is skipped
  int m_running = 0;             // and dropped: they have a slot until the pool has ended them
  std::uint64_t m_done = 0;
  std::optional<Time> m_next_beat;
  std::map<std::string, Time> m_greeted;  // reply queues, and until when
  std::map<std::string, Time> m_gone;     // reply queues and clients, and until when
  std::map<std::pair<std::string, CallId>, Time> m_cancelled;
  std::vector<NodeAction> m_actions;
};

}  // namespace spritefarm::cluster
