#include "cluster/node.hpp"

#include "base/message.hpp"
#include "cluster/build_mark.hpp"
#include "cluster/initialized_call.hpp"
#include "posix/fork.hpp"
#include "posix/host_name.hpp"
#include "posix/vector_io.hpp"

#include <spritefarm/codec.hpp>

#include <algorithm>
#include <csignal>
#include <exception>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace spritefarm::cluster {
namespace {

constexpr std::chrono::milliseconds status_interval{200};

std::string encoded(const std::exception_ptr& exception) {
  Encoder to;
  encode(to, exception);
  return std::move(to).take();
}

NodeOptions checked(NodeOptions options) {
  check_group(options.group);
  if (options.ahead < 0) throw std::invalid_argument("ahead must not be negative");
  if (options.broker.heartbeat.count() < 1)
    throw std::invalid_argument("heartbeat must be at least a second");
  if (options.name.size() > max_name_bytes / 2)
    throw std::invalid_argument("the name of a node must have at most " + std::to_string(max_name_bytes / 2) +
                                " bytes");
  options.pool.on_worker_death = OnWorkerDeath::replace;
  if (!options.pool.max_workers)
    options.pool.max_workers = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  return options;
}

int slots_of(const NodeOptions& options) {
  const long slots = static_cast<long>(*options.pool.max_workers) * options.pool.worker_concurrency;
  if (slots + options.ahead > static_cast<long>(max_slots))
    throw std::invalid_argument("a node can have " + std::to_string(max_slots) + " calls at most");
  return static_cast<int>(slots);
}

std::string name_of(const NodeOptions& options) {
  if (!options.name.empty()) return options.name;
  return posix::host_name() + '-' + std::to_string(posix::current_pid());
}

}  // namespace

Node::Node(NodeOptions options)
    : m_options(checked(std::move(options))),
      m_slots(slots_of(m_options)),
      m_name(name_of(m_options)),
      m_host(posix::host_name()),
      m_mark(build_mark()),
      m_names(m_options.group, m_mark),
      m_book({.slots = m_slots}) {
  const auto brokers = broker_addresses(m_options.broker);
  warn_of_plain_text(brokers);
  m_pool.emplace(m_options.pool);  // before the loop and the connections, which no worker may inherit
  m_loop.emplace();
  m_signals.emplace({SIGTERM, SIGINT, SIGHUP, SIGPIPE});
  m_link.emplace(*m_loop, brokers, m_options.broker,
                 "spritefarm node " + m_name + " of group " + m_options.group,
                 static_cast<LinkListener&>(*this));
}

int Node::run() {
  m_signal_watch = m_loop->watch(m_signals->fd(), EventLoop::readable, [this](unsigned) { on_signal(); });
  if (m_options.lifeline >= 0)
    m_lifeline_watch =
        m_loop->watch(m_options.lifeline, EventLoop::readable, [this](unsigned) { on_lifeline(); });
  m_link->connect_some_time();
  watch_status();
  on_events();
  m_loop->run_until([this] { return m_status.has_value(); });
  m_signal_watch = {};
  m_lifeline_watch = {};
  m_timer = {};
  m_status_timer = {};
  m_link->close();
  m_pool->shutdown();
  return *m_status;
}

void Node::on_signal() {
  while (const auto signal = m_signals->read()) {
    if (*signal == SIGPIPE) continue;
    if (m_is_draining) {
      m_pool->kill_workers();
      m_status = 1;
      return;
    }
    leave();
  }
  on_events();
}

void Node::on_lifeline() {
  try {
    char ignored[512];
    if (posix::read_some(m_options.lifeline, ignored, sizeof ignored) != 0) return;
  } catch (const std::system_error&) {  // as good as closed
  }
  m_lifeline_watch = {};
  if (!m_is_draining) leave();
  on_events();
}

/// Tells the clients what has changed of the program's status.
void Node::watch_status() {
  if (!m_options.status) return;
  std::string status = m_options.status();
  if (status.size() <= max_notice_bytes && status != m_status_text) {
    m_status_text = std::move(status);
    m_book.set_time(NodeBook::Time::clock::now());
    m_book.on_status_changed();
    on_events();
  }
  m_status_timer = m_loop->call_after(status_interval, [this] { watch_status(); });
}

void Node::leave() {
  report_message({"node ", m_name, " takes no more calls and finishes ", std::to_string(m_book.busy())});
  m_is_draining = true;
  m_link->attempt([](AmqpConnection&, AmqpConnection& consumer) { consumer.cancel_consumer("calls"); });
  m_book.leave();
}

// ---- the connection ---------------------------------------------------------------------------------------

void Node::set_up(AmqpConnection&, AmqpConnection& consumer) {
  m_names.declare_shared(consumer);
  m_names.declare_node(consumer, m_name);
  consumer.consume(m_names.node(m_name), "control", false, 0);
  if (!m_is_draining) consumer.consume(m_names.calls(), "calls", true, m_slots + m_options.ahead);
}

void Node::on_up() {
  report_message({"node ", m_name, " of group ", m_options.group, ", build ", m_mark, ": connected, ",
                  std::to_string(m_slots), " slots"});
  m_book.set_time(NodeBook::Time::clock::now());
  m_book.on_connected();
}

void Node::on_down(const std::string& why) {
  report_message({"node ", m_name, ": ", why, "; it tries again"});
  m_book.set_time(NodeBook::Time::clock::now());
  m_book.on_disconnected();
}

void Node::on_message(AmqpMessage message) {
  m_book.set_time(NodeBook::Time::clock::now());
  if (message.consumer == "calls")
    on_call(std::move(message));
  else
    on_control(message);
}

void Node::on_call(AmqpMessage message) {
  auto call = decode_message<CallMessage>(message.body);
  if (message.app_id != m_mark || message.type != "call" || message.reply_to.empty() || !call)
    return m_book.on_bad_delivery(message.tag);
  const Handle handle =
      m_book.on_delivery(message.tag, message.is_redelivered, message.reply_to, call->client, call->key);
  if (handle != 0)
    m_calls.emplace(handle, Call{.message = std::move(*call), .reply_queue = std::move(message.reply_to)});
}

void Node::on_control(const AmqpMessage& message) {
  if (message.type == "hello") {
    m_book.on_hello(message.reply_to);
  } else if (message.type == "cancel" && message.app_id == m_mark) {
    if (const auto cancelled = decode_message<CancelMessage>(message.body)) m_book.on_cancel(*cancelled);
  } else if (message.type == "announcement" && message.app_id == m_mark && m_options.on_announcement) {
    const auto announcement = decode_message<AnnouncementMessage>(message.body);
    if (!announcement) return;
    try {
      m_options.on_announcement(announcement->text);
    } catch (const std::exception& error) {
      report_message({"node ", m_name, ": an announcement is ignored: ", error.what()});
    }
  }
}

void Node::on_confirmed(std::uint64_t token, bool accepted) {
  m_book.set_time(NodeBook::Time::clock::now());
  if (accepted)
    m_book.on_confirmed(token);
  else
    m_book.on_refused(token);
}

void Node::on_returned(const AmqpMessage& message) {
  m_book.on_returned(message.routing_key);
}

// ---- the pool ---------------------------------------------------------------------------------------------

void Node::perform(const RunCall& action) {
  // Its `started` was not sent, and the broker will give it to another node.
  if (!m_link->is_up()) return m_book.on_not_run(action.handle);
  Call& call = m_calls.at(action.handle);
  CallMessage& message = call.message;
  TaskOptions options;
  if (message.timeout) options.timeout = *message.timeout;
  std::string request = message.initializer.empty()
                            ? std::move(message.request)
                            : initialized_request(message.initializer, std::exchange(message.request, {}));
  try {
    call.running = detail::EncodedCall::submit(
        *m_pool, options, std::move(request), message.is_coroutine,
        [this, handle = action.handle](std::shared_ptr<detail::EncodedCall> done) {  // on the pool's thread
          m_loop->post([this, handle, done = std::move(done)] {
            on_done(handle, *done);
            on_events();
          });
        });
  } catch (const BrokenExecutor& error) {
    report_message({"node ", m_name, ": ", error.what(), "; it ends"});
    m_status = 1;
  }
}

void Node::on_done(Handle handle, detail::EncodedCall& call) {
  m_book.set_time(NodeBook::Time::clock::now());
  const auto [phase, exception] = call.snapshot();
  if (phase != detail::FutureState::Phase::finished) {
    set_outcome(handle, "failure", encoded(std::make_exception_ptr(CancelledError())));
  } else if (call.worker_died) {
    DiedMessage died{m_calls.at(handle).message.key, {}};
    try {
      std::rethrow_exception(exception);
    } catch (const WorkerDied& error) {
      died.how = error.how();
    } catch (...) {
    }
    set_outcome(handle, "died", encode_message(died));
  } else if (exception) {
    set_outcome(handle, "failure", encoded(exception));
  } else {
    set_outcome(handle, "result", std::move(call.value()));
  }
  m_book.on_done(handle);
}

void Node::set_outcome(Handle handle, std::string kind, std::string body) {
  const auto found = m_calls.find(handle);
  if (found == m_calls.end()) return;
  Call& call = found->second;
  call.running.reset();
  const CallMessage& message = call.message;
  if (kind != "died" && body.size() > message.max_result_bytes) {
    kind = "failure";
    body = encoded(std::make_exception_ptr(
        CodecError("the result of this call has " + std::to_string(body.size()) +
                   " bytes, more than max_call_bytes: let it write a file that all machines share")));
  }
  call.body = kind == "died" ? std::move(body) : encode_message(OutcomeMessage{message.key, std::move(body)});
  call.kind = std::move(kind);
}

// ---- actions ----------------------------------------------------------------------------------------------

void Node::on_events() {
  m_book.set_time(NodeBook::Time::clock::now());
  m_book.run_due_timers();
  m_book.plan();
  const auto actions = std::exchange(m_book.actions(), {});
  for (const NodeAction& action : actions) std::visit([this](const auto& each) { perform(each); }, action);
  m_timer = {};
  if (const auto next = m_book.next_timer()) m_timer = m_loop->call_at(*next, [this] { on_events(); });
  if (m_book.is_finished() && !m_status) m_status = 0;
}

void Node::perform(const AckDelivery& action) {
  m_link->acknowledge(action.tag);
}
void Node::perform(const RequeueDelivery& action) {
  m_link->requeue(action.tag);
}
void Node::perform(const PublishStarted& action) {
  tell(action.reply_queue, "started", encode_message(StartedMessage{m_name, action.calls}), 0);
}
void Node::perform(const StopCall& action) {
  const auto found = m_calls.find(action.handle);
  if (found == m_calls.end() || !found->second.running) return;
  const auto running = std::exchange(found->second.running, nullptr);
  if (!running->cancel()) running->state().terminate();
}
void Node::perform(const PublishRedelivered& action) {
  const Call& call = m_calls.at(action.handle);
  tell(call.reply_queue, "redelivered", encode_message(RedeliveredMessage{call.message.key}), action.handle);
}
void Node::perform(const PublishOutcome& action) {
  const Call& call = m_calls.at(action.handle);
  tell(call.reply_queue, call.kind, call.body, action.handle);
}
void Node::perform(const PublishBeat& action) {
  const BeatMessage beat{.node = m_name,
                         .host = m_host,
                         .slots = static_cast<std::uint32_t>(m_slots),
                         .busy = m_book.busy(),
                         .done = m_book.done(),
                         .calls = action.calls,
                         .status = m_status_text};
  tell(action.reply_queue, "beat", encode_message(beat), 0);
}
void Node::perform(const ForgetCall& action) {
  m_calls.erase(action.handle);
}

/// Publishes to the reply queue of a client. `token`: the handle whose confirmation is due, or 0.
void Node::tell(const std::string& reply_queue, const std::string& kind, const std::string& body,
                std::uint64_t token) {
  m_link->publish({.routing_key = reply_queue,
                   .type = kind,
                   .reply_to = m_name,
                   .app_id = m_mark,
                   .is_mandatory = true,
                   .is_durable = token != 0},
                  body, token);
}

}  // namespace spritefarm::cluster
