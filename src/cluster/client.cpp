#include "cluster/client.hpp"

#include "base/message.hpp"
#include "cluster/build_mark.hpp"
#include "posix/fork.hpp"
#include "posix/threads.hpp"

#include <algorithm>
#include <cstdio>
#include <random>
#include <stdexcept>
#include <utility>

namespace spritefarm {

using cluster::CallKey;

namespace {

ClusterExecutorOptions checked(ClusterExecutorOptions options) {
  cluster::check_group(options.group);
  if (options.max_outstanding < 1) throw std::invalid_argument("max_outstanding must be at least 1");
  if (options.broker.heartbeat.count() < 1 || options.node_timeout.count() < 1 || options.lease.count() < 1 ||
      options.patience.count() < 1)
    throw std::invalid_argument("heartbeat, node_timeout, lease and patience must be at least a second");
  if (options.initializer && options.initializer.request().empty())
    throw std::invalid_argument(
        "the initializer of a ClusterExecutor must be able to cross to another process: pass a plain function, "
        "a lambda without captures, or an object whose type is Portable");
  try {
    options.initializer.check_for_machines();
  } catch (const CodecError& error) {
    throw std::invalid_argument("the initializer of a ClusterExecutor cannot be sent: " +
                                std::string(error.what()));
  }
  return options;
}

std::string random_id() {
  std::random_device random;
  char digits[17];
  std::snprintf(digits, sizeof digits, "%08x%08x", random(), random());
  return digits;
}

constexpr std::chrono::milliseconds soon{200}, usual{3000};
constexpr std::chrono::seconds alone_limit{10}, between_looks{30};
// It is declared again with the next connection.
constexpr const char* queue_is_gone = "the queue of the calls was deleted";
constexpr int max_failed_reads = 3;

}  // namespace

ClusterExecutor::Client::Client(ClusterExecutorOptions options)
    : m_options(checked(std::move(options))),
      m_mark(cluster::build_mark()),
      m_id(random_id()),
      m_names(m_options.group, m_mark),
      m_generation(posix::fork_generation()),
      m_book({.max_outstanding = m_options.max_outstanding,
              .max_outstanding_bytes = m_options.max_outstanding_bytes,
              .node_timeout = m_options.node_timeout,
              .patience = m_options.patience}) {}

ClusterExecutor::Client::~Client() {
  // The thread shares the client: when nobody else does, this is that thread, at its end.
  if (m_thread.joinable()) m_thread.detach();
}

void ClusterExecutor::Client::start() {
  cluster::warn_of_plain_text(cluster::broker_addresses(m_options.broker));
  const auto connected = std::make_shared<std::promise<void>>();
  auto is_connected = connected->get_future();
  {
    const posix::BlockedSignals inherited;
    m_thread = posix::start_thread([self = shared_from_this(), connected] { self->run(*connected); });
  }
  try {
    is_connected.get();
  } catch (const cluster::BrokerError& error) {
    m_thread.join();
    throw BrokenCluster(error.what());
  } catch (...) {
    m_thread.join();
    throw;
  }
  futures::finish_at_exit(weak_from_this());
}

bool ClusterExecutor::Client::belongs_to_this_process() const noexcept {
  return posix::fork_generation() == m_generation;
}

void ClusterExecutor::Client::require_own_process() const {
  if (!belongs_to_this_process())
    throw std::logic_error("this executor belongs to another process: create one in this process");
}

void ClusterExecutor::Client::require_open() const {
  if (m_book.is_broken()) throw BrokenCluster(m_why_broken);
  if (m_is_shut_down) throw std::runtime_error("cannot submit a call after shutdown");
}

// ---- requests of callers ----------------------------------------------------------------------------------

void ClusterExecutor::Client::schedule(RemoteCallPtr call) {
  require_own_process();
  const std::size_t bytes = call->request().bytes.size() + m_options.initializer.request().size();
  if (bytes > m_options.max_call_bytes) {
    call->state().set_exception(std::make_exception_ptr(
        CodecError("this call has " + std::to_string(bytes) +
                   " bytes, more than max_call_bytes: let it read a file that all machines share")));
    return;
  }
  call->set_owner(weak_from_this());
  const std::lock_guard lock(m_mutex);
  require_open();
  const cluster::CallId id = m_book.submit(call->options(), bytes);
  m_ids.emplace(call.get(), id);
  m_calls.emplace(id, std::move(call));
  wake();
}

/// Lets m_thread look at the book. With the lock.
void ClusterExecutor::Client::wake() {
  if (!m_loop || std::exchange(m_is_woken, true)) return;
  m_loop->post([this] { on_events(); });
}

bool ClusterExecutor::Client::recall(detail::Call& call) {
  const std::lock_guard lock(m_mutex);
  const auto found = m_ids.find(&call);
  if (found == m_ids.end()) return false;
  const cluster::CallId id = found->second;
  if (!m_book.recall(id)) {
    static_cast<detail::RemoteCall&>(call).state().begin();  // it may run already
    return false;
  }
  take(id);
  wake();  // it may have been the last
  return true;
}

bool ClusterExecutor::Client::terminate(detail::Call& call) {
  Completions completions;
  {
    const std::lock_guard lock(m_mutex);
    const auto found = m_ids.find(&call);
    if (found == m_ids.end() || !m_book.terminate(found->second)) return false;
    sort_actions(completions);
    wake();
  }
  complete(completions);
  return true;
}

std::vector<NodeInfo> ClusterExecutor::Client::nodes() const {
  const std::lock_guard lock(m_mutex);
  std::vector<NodeInfo> found;
  for (const auto& [name, node] : m_book.nodes())
    found.push_back({name, node.facts.host, static_cast<int>(node.facts.slots),
                     static_cast<int>(node.facts.busy), node.facts.done,
                     std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - node.seen),
                     node.facts.status});
  return found;
}

std::map<std::string, std::uint64_t> ClusterExecutor::Client::deaths() const {
  const std::lock_guard lock(m_mutex);
  return m_book.node_deaths();
}

void ClusterExecutor::Client::announce(std::string message) {
  require_own_process();
  if (message.size() > cluster::max_notice_bytes)
    throw std::invalid_argument("an announcement has at most " + std::to_string(cluster::max_notice_bytes) +
                                " bytes");
  const std::lock_guard lock(m_mutex);
  if (!m_loop) return;
  m_loop->post([this, body = cluster::encode_message(cluster::AnnouncementMessage{std::move(message)})] {
    if (m_link)
      m_link->publish(
          {.exchange = m_names.control(), .type = "announcement", .app_id = m_mark, .is_durable = false},
          body);
  });
}

void ClusterExecutor::Client::wait_for_nodes(int count, Duration timeout) {
  require_own_process();
  std::unique_lock lock(m_mutex);
  require_open();
  if (m_waiters_for_nodes++ == 0 && m_loop) m_loop->post([this] { greet(); });
  const auto are_there = [&] {
    return m_book.is_broken() || static_cast<int>(m_book.nodes().size()) >= count;
  };
  const auto deadline = detail::deadline_after(timeout);
  bool found = true;
  if (deadline)
    found = m_nodes_changed.wait_until(lock, *deadline, are_there);
  else
    m_nodes_changed.wait(lock, are_there);
  --m_waiters_for_nodes;
  if (m_book.is_broken()) throw BrokenCluster(m_why_broken);
  if (!found)
    throw TimeoutError("there are " + std::to_string(m_book.nodes().size()) + " nodes of the group '" +
                       m_options.group + "' that run this build (" + m_mark + "), not " +
                       std::to_string(count) + other_builds());
}

std::string ClusterExecutor::Client::other_builds() const {
  std::string text;
  for (const auto& [mark, nodes] : m_other_builds) {
    const auto count = std::count_if(nodes.begin(), nodes.end(), [&](const auto& node) {
      return node.second + m_options.node_timeout > Clock::now();
    });
    if (count > 0)
      text += (text.empty() ? "; there are " : ", ") + std::to_string(count) + " of build " + mark;
  }
  return text;
}

void ClusterExecutor::Client::shutdown(bool wait, bool cancel_futures) {
  require_own_process();
  if (!end(wait, cancel_futures) && wait)
    throw std::runtime_error("a callback of this executor cannot wait for the executor's end");
}

void ClusterExecutor::Client::release() {
  bool lingers = false;
  {
    const std::lock_guard lock(m_mutex);
    lingers = m_lingers;
  }
  if (!lingers) end(true, false);
}

/// Ends m_thread once all calls are done, and waits for that if it can. False on that thread itself, in a
/// callback, where it cannot.
bool ClusterExecutor::Client::end(bool wait, bool cancel_futures) {
  Completions completions;
  std::thread thread;
  bool is_client_thread = false;
  {
    const std::lock_guard lock(m_mutex);
    m_is_shut_down = true;
    m_lingers = !wait;
    if (cancel_futures) m_book.cancel_waiting();
    sort_actions(completions);
    is_client_thread = m_thread.get_id() == std::this_thread::get_id();
    if (wait && !is_client_thread) thread = std::move(m_thread);
    wake();
  }
  complete(completions);
  if (thread.joinable()) thread.join();
  return !is_client_thread;
}

// ---- actions ----------------------------------------------------------------------------------------------

/// Divides the book's actions: completions for this thread, the rest for m_thread.
void ClusterExecutor::Client::sort_actions(Completions& completions) {
  for (cluster::ClusterAction& action : m_book.actions()) {
    if (const auto* const done = std::get_if<cluster::CompleteCall>(&action)) {
      auto call = take(done->call);
      if (!call) continue;
      if (done->ending != cluster::Ending::cancelled)
        call->state().begin();  // from now on cancel() is too late
      completions.push_back({.call = std::move(call), .exception = exception_of(*done)});
      continue;
    }
    Due due{action};
    cluster::CallId id = 0;
    if (const auto* const publication = std::get_if<cluster::PublishCall>(&action))
      id = publication->key.call;
    if (const auto* const running = std::get_if<cluster::MarkRunning>(&action)) id = running->call;
    if (const auto found = m_calls.find(id); found != m_calls.end()) due.call = found->second;
    m_due.push_back(std::move(due));
  }
  m_book.actions().clear();
}

ClusterExecutor::Client::RemoteCallPtr ClusterExecutor::Client::take(cluster::CallId id) {
  const auto found = m_calls.find(id);
  if (found == m_calls.end()) return nullptr;
  auto call = std::move(found->second);
  m_calls.erase(found);
  m_ids.erase(call.get());
  return call;
}

/// A new exception for each call: futures do not share it.
std::exception_ptr ClusterExecutor::Client::exception_of(const cluster::CompleteCall& done) const {
  switch (done.ending) {
    case cluster::Ending::cancelled:
      break;
    case cluster::Ending::timed_out:
      return std::make_exception_ptr(TimeoutError("the call did not end within its timeout"));
    case cluster::Ending::worker_died:
      return std::make_exception_ptr(WorkerDied(done.how));
    case cluster::Ending::node_lost:
      return std::make_exception_ptr(NodeLost(done.node));
    case cluster::Ending::broken:
      return std::make_exception_ptr(
          BrokenCluster(m_book.is_broken() ? m_why_broken
                                           : "the broker has lost its data while the call ran on node " +
                                                 done.node + ", and the call has no retries left"));
  }
  return nullptr;
}

void ClusterExecutor::Client::complete(Completions& completions) {
  for (Completion& completion : std::exchange(completions, {})) {
    detail::FutureState& state = completion.call->state();
    if (completion.is_failure) {
      Decoder from(completion.outcome.value());
      completion.exception = decode<std::exception_ptr>(from);
    }
    if (completion.outcome && !completion.is_failure) {
      completion.call->complete(*completion.outcome, detail::BytesIn::buffer);
    } else if (!state.end_early(std::move(completion.exception))) {
      state.begin();  // notifies waiters if it was cancelled
    }
  }
}

// ---- the thread of the connections ------------------------------------------------------------------------

void ClusterExecutor::Client::run(std::promise<void>& connected) {
  posix::set_thread_name("sf cluster");
  EventLoop loop;
  try {
    m_link = std::make_unique<cluster::BrokerLink>(
        loop, cluster::broker_addresses(m_options.broker), m_options.broker,
        "spritefarm client " + m_id + " of group " + m_options.group,
        static_cast<cluster::LinkListener&>(*this));
    m_link->connect();
    {
      const std::lock_guard lock(m_mutex);
      m_loop = &loop;
    }
    connected.set_value();
  } catch (...) {
    m_link.reset();
    connected.set_exception(std::current_exception());
    return;
  }
  greet();
  on_events();
  loop.run_until([this] { return m_is_finished; });
  leave();
}

void ClusterExecutor::Client::leave() {
  {
    const std::lock_guard lock(m_mutex);
    m_loop = nullptr;
  }
  cancel({.client = m_id, .all = true});
  m_link->attempt([&](cluster::AmqpConnection&, cluster::AmqpConnection& consumer) {
    consumer.delete_queue(m_names.replies(m_id, m_reply_generation));
  });
  m_timer = {};
  m_greeting = {};
  m_link->close();
  m_link.reset();
}

void ClusterExecutor::Client::set_up(cluster::AmqpConnection&, cluster::AmqpConnection& consumer) {
  const auto has_kept = [&](const std::string& queue) {
    return m_reply_generation > 0 && consumer.queue_exists(queue);
  };
  m_kept = {.calls = !m_lost_calls && has_kept(m_names.calls()),
            .replies = has_kept(m_names.replies(m_id, m_reply_generation))};
  m_names.declare_shared(consumer);
  // A broker that is killed within a second of the declaration can keep a queue that nobody can read.
  if (m_failed_reads >= max_failed_reads) m_kept.replies = false;
  // Under a new name: nodes that had a result returned hold the old one for gone.
  if (!m_kept.replies) m_names.declare_replies(consumer, m_id, ++m_reply_generation, m_options.lease);
  m_lost_calls = false;
  ++m_failed_reads;
  consumer.consume(m_names.replies(m_id, m_reply_generation), "replies", true, 2000);
  m_failed_reads = 0;
}

void ClusterExecutor::Client::on_up() {
  const std::lock_guard lock(m_mutex);
  m_book.set_time(Clock::now());
  m_book.on_connected(m_kept);
}

void ClusterExecutor::Client::on_down(const std::string& why) {
  m_publications.clear();
  m_last_tag = 0;
  const std::lock_guard lock(m_mutex);
  m_why_broken = "the broker has been away for too long: " + why;
  m_book.set_time(Clock::now());
  m_book.on_disconnected();
}

void ClusterExecutor::Client::on_confirmed(std::uint64_t token, bool accepted) {
  const auto found = m_publications.find(token);
  if (found == m_publications.end()) return;
  const std::lock_guard lock(m_mutex);
  if (accepted)
    m_book.on_confirmed(found->second);
  else
    m_book.on_refused(found->second);
  m_publications.erase(found);
}

void ClusterExecutor::Client::on_returned(const cluster::AmqpMessage&) {
  m_lost_calls = true;
  m_link->fail(queue_is_gone);
}

void ClusterExecutor::Client::on_blocked(bool is_blocked) {
  const std::lock_guard lock(m_mutex);
  m_book.on_blocked(is_blocked);
}

void ClusterExecutor::Client::on_message(cluster::AmqpMessage message) {
  m_last_tag = message.tag;
  const auto with = [&]<typename Message>(void (cluster::ClusterBook::*event)(const Message&)) {
    if (const auto decoded = cluster::decode_message<Message>(message.body)) (m_book.*event)(*decoded);
  };
  const std::lock_guard lock(m_mutex);
  m_book.set_time(Clock::now());
  if (message.app_id != m_mark) {  // an answer to a greeting
    m_other_builds[message.app_id.substr(0, 16)][message.reply_to] = Clock::now();
  } else if (message.type == "result" || message.type == "failure") {
    auto outcome = cluster::decode_message<cluster::OutcomeMessage>(message.body);
    if (!outcome || !m_book.on_outcome(outcome->key)) return;
    auto call = take(outcome->key.call);
    if (!call) return;
    call->state().begin();  // from now on cancel() is too late
    m_completions.push_back({.call = std::move(call),
                             .outcome = std::move(outcome->body),
                             .is_failure = message.type == "failure"});
  } else if (message.type == "started") {
    with(&cluster::ClusterBook::on_started);
  } else if (message.type == "beat") {
    with(&cluster::ClusterBook::on_beat);
    m_nodes_changed.notify_all();
  } else if (message.type == "died") {
    with(&cluster::ClusterBook::on_died);
  } else if (message.type == "redelivered") {
    if (const auto decoded = cluster::decode_message<cluster::RedeliveredMessage>(message.body))
      m_book.on_redelivered(decoded->key);
  } else if (message.type == "call") {  // the broker has given it up
    if (const auto decoded = cluster::decode_message<cluster::CallMessage>(message.body))
      m_book.on_redelivered(decoded->key);
  }
}

void ClusterExecutor::Client::on_events() {
  std::vector<Due> due;
  std::optional<cluster::ClusterBook::Time> next;
  {
    const std::lock_guard lock(m_mutex);
    m_is_woken = false;
    m_book.set_time(Clock::now());
    m_book.run_due_timers();
    m_book.plan();
    sort_actions(m_completions);
    due.swap(m_due);
    next = m_book.next_timer();
    if (m_book.is_broken()) m_nodes_changed.notify_all();
  }
  if (m_last_tag != 0) m_link->acknowledge(std::exchange(m_last_tag, 0), true);
  for (const Due& each : due) perform(each);
  complete(m_completions);
  m_timer = {};
  if (next) m_timer = EventLoop::current().call_at(*next, [this] { on_events(); });
  const std::lock_guard lock(m_mutex);
  m_is_finished = m_is_shut_down && m_book.size() == 0 && m_completions.empty() && m_due.empty();
}

void ClusterExecutor::Client::perform(const Due& due) {
  if (const auto* const publication = std::get_if<cluster::PublishCall>(&due.action)) {
    if (due.call) publish(publication->key, *due.call);
  } else if (std::holds_alternative<cluster::MarkRunning>(due.action)) {
    if (due.call) due.call->state().begin();
  } else if (const auto* const cancelled = std::get_if<cluster::CancelCall>(&due.action)) {
    cancel({.client = m_id, .calls = {cancelled->call}});
  }
}

void ClusterExecutor::Client::publish(CallKey key, const detail::RemoteCall& call) {
  const cluster::CallMessage message{.key = key,
                                     .client = m_id,
                                     .timeout = call.options().timeout,
                                     .is_coroutine = call.is_coroutine(),
                                     .max_result_bytes = m_options.max_call_bytes,
                                     .initializer = m_options.initializer.request(),
                                     .request = call.request().bytes};
  const std::uint64_t token = ++m_last_token;
  m_publications.emplace_hint(m_publications.end(), token, key);
  m_link->publish({.exchange = m_names.calls(),
                   .routing_key = m_id,
                   .type = "call",
                   .reply_to = m_names.replies(m_id, m_reply_generation),
                   .app_id = m_mark,
                   .correlation_id = std::to_string(key.call) + '.' + std::to_string(key.attempt),
                   .is_mandatory = true},
                  cluster::encode_message(message), token);
}

void ClusterExecutor::Client::cancel(const cluster::CancelMessage& message) {
  m_link->publish({.exchange = m_names.control(), .type = "cancel", .app_id = m_mark, .is_durable = false},
                  cluster::encode_message(message));
}

/// Asks the nodes of all builds who is there, now and again.
void ClusterExecutor::Client::greet() {
  m_link->publish({.exchange = m_names.hello(),
                   .type = "hello",
                   .reply_to = m_names.replies(m_id, m_reply_generation),
                   .app_id = m_mark,
                   .is_durable = false},
                  "");
  warn_if_alone();
  look_for_calls();
  const std::lock_guard lock(m_mutex);
  const bool is_urgent = m_waiters_for_nodes > 0 || (m_book.size() > 0 && m_book.nodes().empty());
  m_greeting = EventLoop::current().call_after(is_urgent ? soon : usual, [this] { greet(); });
}

/// A queue of calls that nobody has used for a day expires, and an operator can delete it. Calls that wait
/// for the first node are in no other place.
void ClusterExecutor::Client::look_for_calls() {
  {
    const std::lock_guard lock(m_mutex);
    if (m_book.size() == 0 || Clock::now() - m_looked_at < between_looks) return;
  }
  m_looked_at = Clock::now();
  m_link->attempt([this](cluster::AmqpConnection&, cluster::AmqpConnection& consumer) {
    m_lost_calls = !consumer.queue_exists(m_names.calls());
    if (m_lost_calls) throw cluster::BrokerError(queue_is_gone, false);
  });
}

void ClusterExecutor::Client::warn_if_alone() {
  std::string builds;
  {
    const std::lock_guard lock(m_mutex);
    if (m_book.size() == 0 || !m_book.nodes().empty() || !m_book.is_connected()) {
      m_alone_since.reset();
      return;
    }
    builds = other_builds();
  }
  if (!m_alone_since) m_alone_since = Clock::now();
  if (m_has_warned || Clock::now() - *m_alone_since < alone_limit) return;
  m_has_warned = true;
  const std::string command =
      m_options.node_command.empty() ? "this program with --spritefarm-node" : m_options.node_command;
  report_message({"calls wait, because no node of the group '", m_options.group, "' runs this build (",
                  m_mark, ")", builds, ": start ", command, " on a machine"});
}

}  // namespace spritefarm
