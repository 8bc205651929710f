#pragma once

#include "cluster/cluster_message.hpp"

#include <spritefarm/errors.hpp>
#include <spritefarm/task_options.hpp>

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

struct ClusterBookOptions {
  int max_outstanding = 1000;
  std::size_t max_outstanding_bytes = std::size_t{64} << 20;
  std::chrono::nanoseconds node_timeout = std::chrono::seconds(15);
  std::chrono::nanoseconds patience = std::chrono::seconds(300);
};

/// How a call ends that has neither result nor exception of its function.
enum class Ending {
  cancelled,
  timed_out,
  worker_died,
  node_lost,
  broken  ///< the brokers are gone, or may have run a call that must not run twice
};

/// Publish the call. on_confirmed() or on_refused() follows, unless the connection ends before.
struct PublishCall {
  CallKey key;
};
/// The call has started: its future is running.
struct MarkRunning {
  CallId call;
};
struct CompleteCall {
  CallId call;
  Ending ending;
  WorkerExit how{};    ///< of worker_died
  std::string node{};  ///< of node_lost: its name, or empty if the call never started
};
/// Tell the nodes to drop or end the call.
struct CancelCall {
  CallId call;
};
using ClusterAction = std::variant<PublishCall, MarkRunning, CompleteCall, CancelCall>;

/// Decides everything for a client of the cluster: which calls are in the broker, and whether a call that a
/// node has lost runs again. Pure: it has no connection, thread, lock or clock. Events come in as member
/// functions, actions go out through actions(), and set_time() tells the time.
///
///     submit() ─▶ waiting ── plan() ─▶ PublishCall ─▶ in the broker ── on_outcome() ─▶ its future
///                    ▲                                   │  │
///                    └── redelivered before its start ───┘  │
///                    └── died, retries left ────────────────┴─ died ─▶ CompleteCall
///
/// A broker delivers a message again if a node is lost, and does not know whether the call has begun. So a
/// node runs no message that is delivered again, but reports it, and this book, the only one that counts the
/// executions of a call, decides. The rules have the numbers of the design.
///
///   5   Redelivered: a call that had not started is published again, max_redeliveries times. One that had
///       started is published again at once if retries are left and the own connection is steady. Else its
///       node may live, cut off by the fault that cut us off: it is lost if no beat names the call within
///       node_timeout.
///   6   A started call that no beat has named for node_timeout is lost, counted from the own reconnection.
///   7   What was published and neither confirmed nor started when the connection ended is published again.
///       The first outcome counts, of whichever attempt.
///   7a  The brokers have lost the reply queue: all calls are published again. A call that had started loses
///       a retry by that; without one it fails.
///   7b  The queue of the calls is gone, and the reply queue is not: calls that have not started are
///   published
///       again.
///   8   A refused publication (the queue is full) is repeated after refusal_delay.
///
/// Owned by the executor, used with its lock. Throws std::bad_alloc.
class ClusterBook {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds steady_after{10};
  static constexpr std::chrono::milliseconds refusal_delay{100};
  static constexpr int max_redeliveries = 20;

  explicit ClusterBook(const ClusterBookOptions& options) : m_options(options) {}

  // ---- time
  /// An earlier time than before is ignored.
  void set_time(Time now) noexcept;
  void run_due_timers();
  /// When run_due_timers() is to be called next.
  [[nodiscard]] std::optional<Time> next_timer() const;

  // ---- requests of callers
  /// `bytes`: the size of its message.
  CallId submit(const TaskOptions& options, std::size_t bytes);
  /// Removes a call that no broker has had. True: it is removed, and no action completes it.
  bool recall(CallId call);
  /// Completes a call as cancelled, and tells the nodes if one may have it. False: there is no such call.
  bool terminate(CallId call);
  /// Completes every call that no broker has had as cancelled.
  void cancel_waiting();
  /// Completes all calls as broken.
  void break_cluster();

  // ---- the own connection
  /// What the brokers have kept since the connection before. At first they have nothing.
  struct Kept {
    bool calls = false;    ///< the queue of the calls
    bool replies = false;  ///< the own reply queue
  };
  void on_connected(Kept kept);
  void on_disconnected();
  /// The broker takes no messages for now, or takes them again.
  void on_blocked(bool is_blocked) noexcept { m_is_blocked = is_blocked; }
  void on_confirmed(CallKey key);
  void on_refused(CallKey key);

  // ---- messages of nodes. Those of calls that are done are ignored.
  void on_started(const StartedMessage& message);
  /// True: the call ends with this outcome, and no action completes it.
  bool on_outcome(CallKey key);
  void on_died(const DiedMessage& message);
  void on_redelivered(CallKey key);
  void on_beat(const BeatMessage& message);

  /// Publishes what there is room for. To be called after one or more events.
  void plan();
  /// The actions of all events since the caller cleared it, in order.
  [[nodiscard]] std::vector<ClusterAction>& actions() noexcept { return m_actions; }

  struct Node {
    BeatMessage facts{};  // without the calls
    Time seen{};
  };
  /// The nodes whose beats have come within node_timeout, by name.
  [[nodiscard]] const std::map<std::string, Node>& nodes() const noexcept { return m_nodes; }
  [[nodiscard]] std::size_t size() const noexcept { return m_calls.size(); }
  [[nodiscard]] bool is_connected() const noexcept { return m_connected_at.has_value(); }
  [[nodiscard]] bool is_broken() const noexcept { return m_is_broken; }
  /// Publications that were repeated because no confirmation had come for them.
  [[nodiscard]] std::uint64_t republished() const noexcept { return m_republished; }
  /// Executions that were lost, in workers and in nodes.
  [[nodiscard]] std::uint64_t deaths() const noexcept { return m_deaths; }
  /// The same by the name of the node.
  [[nodiscard]] const std::map<std::string, std::uint64_t>& node_deaths() const noexcept {
    return m_node_deaths;
  }

 private:
  enum class Phase : unsigned char { waiting, delayed, published };
  struct Call {
    std::chrono::nanoseconds timeout{-1};  // negative: none
    std::size_t bytes = 0;
    int retries = 0;  // left
    int redeliveries = 0;
    std::uint32_t attempt = 0;
    std::uint32_t refusals = 0;
    Phase phase = Phase::waiting;
    bool is_confirmed = false;
    bool has_started = false;  // this attempt
    bool has_ever_started = false;
    Time started_at{};
    Time heard_at{};  // when a node has last named this attempt
    std::string node{};
    std::optional<Time> due{};  // of its timer
  };
  using Calls = std::map<CallId, Call>;

  static bool has_never_left(const Call& call) noexcept;
  Call* find_current(CallKey key);
  void repeat(CallId id, Call& call);
  void leave_broker(Call& call) noexcept;
  void on_lost(Calls::iterator found, Ending ending, const WorkerExit& how);
  void complete(Calls::iterator found, Ending ending, const WorkerExit& how = {});
  void erase(Calls::iterator found);
  void publish(CallId id, Call& call);
  [[nodiscard]] std::optional<Time> due_of(const Call& call) const;
  void set_timer(CallId id, Call& call);
  void on_timer(Calls::iterator found);
  void forget_silent_nodes();
  [[nodiscard]] bool has_room(const Call& call) const noexcept;

  const ClusterBookOptions m_options;
  Time m_now{};
  std::optional<Time> m_connected_at;
  std::optional<Time> m_away_since;  // the brokers
  bool m_is_steady_from_start = true;
  bool m_is_blocked = false;
  bool m_is_broken = false;
  CallId m_last_call = 0;
  Calls m_calls;
  std::deque<CallId> m_repeated;  // waiting, before m_waiting. An id whose call does not wait is skipped.
  std::deque<CallId> m_waiting;
  int m_outstanding = 0;
  std::size_t m_outstanding_bytes = 0;
  std::set<std::pair<Time, CallId>> m_timers;
  std::map<std::string, Node> m_nodes;
  std::uint64_t m_slots = 0;  // of m_nodes
  std::uint64_t m_republished = 0;
  std::uint64_t m_deaths = 0;
  std::map<std::string, std::uint64_t> m_node_deaths;
  std::vector<ClusterAction> m_actions;
};

}  // namespace spritefarm::cluster
