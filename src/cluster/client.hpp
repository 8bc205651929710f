#pragma once

#include "cluster/broker_link.hpp"
#include "cluster/cluster_book.hpp"
#include "cluster/queue_names.hpp"
#include "futures/exit_watch.hpp"

#include <spritefarm/cluster.hpp>
#include <spritefarm/detail/call.hpp>

#include <atomic>
#include <condition_variable>
#include <exception>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace spritefarm {

/// The working part of a ClusterExecutor.
///
///     schedule(), recall(), terminate(), shutdown()        any thread
///               │
///               ▼
///          ClusterBook ── actions ─▶ m_due ─▶ BrokerLink ═ RabbitMQ ═▶ nodes
///               ▲                                 │
///               └──────────── events ─────────────┘          m_thread: run()
///
/// The ClusterBook decides, with the lock. m_thread has the connections, and performs the actions without the
/// lock. A thread that cancels or terminates completes that future itself.
///
/// The executor and m_thread share it; calls hold it weakly.
class ClusterExecutor::Client final : public detail::CallOwner,
                                      public futures::FinishesAtExit,
                                      public std::enable_shared_from_this<Client>,
                                      private cluster::LinkListener {
 public:
  explicit Client(ClusterExecutorOptions options);
  ~Client() override;
  /// Once, before anything else. Connects. Throws as the constructor of ClusterExecutor.
  void start();

  void schedule(std::shared_ptr<detail::RemoteCall> call);
  void shutdown(bool wait, bool cancel_futures);
  std::vector<NodeInfo> nodes() const;
  void wait_for_nodes(int count, Duration timeout);
  std::map<std::string, std::uint64_t> deaths() const;
  void announce(std::string message);
  /// What the executor's destructor does. Waits, unless shutdown(wait = false) was called.
  void release();
  /// In a forked child nothing of the client works, and its destructor must not run.
  [[nodiscard]] bool belongs_to_this_process() const noexcept;

  bool recall(detail::Call& call) override;
  void refresh(detail::Call&) override {}  // m_thread marks calls as running
  bool terminate(detail::Call& call) override;
  void finish() override { end(true, false); }

 private:
  using Clock = std::chrono::steady_clock;
  using RemoteCallPtr = std::shared_ptr<detail::RemoteCall>;
  /// Completes a future once the lock is released: by the encoded outcome, or the exception; neither:
  /// cancelled.
  struct Completion {
    RemoteCallPtr call;
    std::optional<std::string> outcome{};
    bool is_failure = false;  // the outcome is an exception
    std::exception_ptr exception{};
  };
  using Completions = std::vector<Completion>;
  /// An action for m_thread. `call`: of PublishCall and MarkRunning.
  struct Due {
    cluster::ClusterAction action;
    RemoteCallPtr call{};
  };

  void require_own_process() const;
  bool end(bool wait, bool cancel_futures);
  void wake();

  // With the lock.
  void require_open() const;
  void sort_actions(Completions& completions);
  RemoteCallPtr take(cluster::CallId id);
  [[nodiscard]] std::exception_ptr exception_of(const cluster::CompleteCall& done) const;
  [[nodiscard]] std::string other_builds() const;

  // On m_thread.
  void run(std::promise<void>& connected);
  void set_up(cluster::AmqpConnection& publisher, cluster::AmqpConnection& consumer) override;
  void on_up() override;
  void on_down(const std::string& why) override;
  void on_message(cluster::AmqpMessage message) override;
  void on_confirmed(std::uint64_t token, bool accepted) override;
  void on_returned(const cluster::AmqpMessage& message) override;
  void on_blocked(bool is_blocked) override;
  void on_events() override;
  void perform(const Due& due);
  void publish(cluster::CallKey key, const detail::RemoteCall& call);
  void cancel(const cluster::CancelMessage& message);
  void greet();
  void warn_if_alone();
  void look_for_calls();
  void leave();
  static void complete(Completions& completions);

  const ClusterExecutorOptions m_options;
  const std::string m_mark;
  const std::string m_id;  // of this client, among all
  const cluster::QueueNames m_names;
  const unsigned m_generation;  // posix::fork_generation() of the process that owns it

  mutable std::mutex m_mutex;
  cluster::ClusterBook m_book;
  std::unordered_map<cluster::CallId, RemoteCallPtr> m_calls;
  std::unordered_map<const detail::Call*, cluster::CallId> m_ids;
  std::vector<Due> m_due;
  std::map<std::string, std::map<std::string, Clock::time_point>> m_other_builds;  // mark → node → seen
  std::string m_why_broken;
  std::condition_variable m_nodes_changed;
  int m_waiters_for_nodes = 0;
  bool m_is_shut_down = false;
  bool m_lingers = false;
  bool m_is_woken = false;      // m_thread will look at m_due
  EventLoop* m_loop = nullptr;  // null when m_thread has ended
  std::thread m_thread;

  // Of m_thread alone.
  std::unique_ptr<cluster::BrokerLink> m_link;
  int m_reply_generation = 0;
  cluster::ClusterBook::Kept m_kept;
  bool m_lost_calls = false;  // the queue of the calls was gone, and a node may have declared it again
  int m_failed_reads = 0;     // of the reply queue, one after the other
  std::map<std::uint64_t, cluster::CallKey> m_publications;  // by token
  std::uint64_t m_last_token = 0;
  std::uint64_t m_last_tag = 0;  // of a message that is to be acknowledged
  Completions m_completions;
  EventLoop::Timer m_timer;
  EventLoop::Timer m_greeting;
  std::optional<Clock::time_point> m_alone_since;
  Clock::time_point m_looked_at{};
  bool m_has_warned = false;
  bool m_is_finished = false;
};

}  // namespace spritefarm
