#include "cluster/cluster_model.hpp"

#include <algorithm>
#include <iterator>
#include <type_traits>
#include <utility>

namespace spritefarm::test {

using namespace std::chrono_literals;
using cluster::CallId;
using cluster::CallKey;
using cluster::Handle;

ClusterModel::ClusterModel(int nodes, int slots, int ahead, int max_outstanding)
    : m_node_options{.slots = slots},
      m_prefetch(slots + ahead),
      m_book({.max_outstanding = max_outstanding, .patience = std::chrono::hours(1000)}) {
  m_book.set_time(m_now);
  m_nodes.resize(static_cast<std::size_t>(nodes));
  for (Node& node : m_nodes) boot(node);
  connect_client();
  for (Node& node : m_nodes) connect(node);
}

void ClusterModel::boot(Node& node) {
  node = {};
  node.name = "node" + std::to_string(++m_booted);
  node.book = std::make_unique<cluster::NodeBook>(m_node_options);
  node.book->set_time(m_now);
}

// ---- events -----------------------------------------------------------------------------------------------

void ClusterModel::play(Event event, std::uint32_t choice) {
  Node& node = m_nodes[choice % m_nodes.size()];
  const std::uint32_t rest = choice / static_cast<std::uint32_t>(m_nodes.size());
  switch (event) {
    case Event::submit:
      return submit(choice);
    case Event::recall:
    case Event::terminate: {
      if (m_calls.empty()) return;
      const CallId id = 1 + choice % m_calls.size();
      const bool was_done = m_calls[id - 1].is_done;
      if (event == Event::terminate) {
        must(m_book.terminate(id) != was_done, "every call that is not done can be terminated");
      } else if (m_book.recall(id)) {
        must(!was_done && m_calls[id - 1].executions == 0, "a call that is recalled has not run");
        m_calls[id - 1].is_done = true;
      }
      return decide();
    }
    case Event::client_to_broker:
      return client_to_broker();
    case Event::broker_to_client:
      broker_to_client();
      return;
    case Event::node_to_broker:
      node_to_broker(node);
      return;
    case Event::broker_to_node:
      broker_to_node(node);
      return;
    case Event::finish_call:
      return finish_call(node, rest, Report::result);
    case Event::kill_worker:
      return finish_call(node, rest, Report::died);
    case Event::kill_node:
      ++m_faults;
      return kill_node(node);
    case Event::cut_node:
      if (node.is_connected) cut(node, rest);
      return;
    case Event::cut_client:
      if (m_is_connected) cut_client(choice);
      return;
    case Event::restart_broker:
    case Event::data_loss:
      return restart_broker(event == Event::data_loss, choice);
    case Event::reconnect:
      if (choice % 3 == 0 && !m_is_connected) connect_client();
      if (choice % 3 != 0 && !node.is_connected) connect(node);
      return;
    case Event::refuse:
      m_is_full = !m_is_full;
      return;
    case Event::pass_time: {
      m_now += std::chrono::milliseconds(choice % 64 == 0 ? 10'000 : choice % 500);
      m_book.set_time(m_now);
      m_book.run_due_timers();
      decide();
      for (Node& each : m_nodes) {
        each.book->set_time(m_now);
        each.book->run_due_timers();
        decide(each);
      }
      return;
    }
    case Event::count:
      return;
  }
}

void ClusterModel::submit(std::uint32_t choice) {
  TaskOptions options;
  options.retries = static_cast<int>(choice % 4);
  const CallId id = m_book.submit(options, 100);
  m_calls.push_back({.retries = options.retries});
  must(id == m_calls.size(), "calls are numbered in order");
  decide();
}

void ClusterModel::client_to_broker() {
  if (!m_is_connected || m_out.empty()) return;
  const FromClient message = m_out.front();
  m_out.pop_front();
  if (const auto* const publish = std::get_if<Publish>(&message)) {
    if (!m_is_full) m_queue.push_back({publish->key, publish->reply_queue});
    m_in.push_back({publish->key, !m_is_full});
    deliver_waiting();
  }
  for (Node& node : m_nodes) {
    if (!node.is_connected) continue;
    if (const auto* const cancel = std::get_if<Cancel>(&message)) node.in.emplace_back(*cancel);
    if (const auto* const hello = std::get_if<Hello>(&message)) node.in.emplace_back(*hello);
  }
}

/// The broker gives what waits to nodes that have room, in turn.
void ClusterModel::deliver_waiting() {
  for (bool progress = true; progress && !m_queue.empty();) {
    progress = false;
    for (Node& node : m_nodes) {
      if (!node.is_connected || m_queue.empty() || static_cast<int>(node.unacknowledged.size()) >= m_prefetch)
        continue;
      node.unacknowledged[++node.last_tag] = m_queue.front();
      node.in.emplace_back(Deliver{node.last_tag, m_queue.front()});
      m_queue.pop_front();
      progress = true;
    }
  }
}

bool ClusterModel::broker_to_client() {
  if (!m_is_connected) return false;
  if (!m_in.empty()) {
    const Accepted message = m_in.front();
    m_in.pop_front();
    m_unconfirmed.erase(message.key);
    if (message.accepted)
      m_book.on_confirmed(message.key);
    else
      m_book.on_refused(message.key);
  } else if (!m_replies.empty()) {
    const Reply reply = m_replies.front();
    m_replies.pop_front();
    receive(reply);
  } else {
    return false;
  }
  decide();
  return true;
}

void ClusterModel::receive(const Reply& reply) {
  const Report& tell = reply.tell;
  switch (tell.kind) {
    case Report::started:
      return m_book.on_started({reply.node, tell.keys});
    case Report::beat:
      return m_book.on_beat({.node = reply.node, .slots = 4, .calls = tell.keys});
    case Report::redelivered:
      return m_book.on_redelivered(tell.keys[0]);
    case Report::died:
      return m_book.on_died({tell.keys[0], {}});
    case Report::result:
      if (m_book.on_outcome(tell.keys[0])) complete(tell.keys[0].call);
      return;
  }
}

bool ClusterModel::node_to_broker(Node& node) {
  if (!node.is_connected || node.out.empty()) return false;
  const FromNode message = node.out.front();
  node.out.pop_front();
  if (const auto* const ack = std::get_if<Ack>(&message)) {
    const auto found = node.unacknowledged.find(ack->tag);
    must(found != node.unacknowledged.end(), "a delivery is acknowledged once, on its own connection");
    if (ack->requeues) {
      found->second.is_redelivered = true;
      m_queue.push_front(found->second);
    }
    node.unacknowledged.erase(found);
    deliver_waiting();
  } else {
    receive(std::get<Report>(message), node);
  }
  return true;
}

void ClusterModel::receive(const Report& tell, Node& node) {
  if (m_has_reply_queue && tell.reply_queue == m_generation)
    m_replies.push_back({tell, node.name});
  else
    node.in.emplace_back(Return{tell.reply_queue});
  if (tell.handle != 0) node.in.emplace_back(Confirm{tell.handle});
}

bool ClusterModel::broker_to_node(Node& node) {
  if (!node.is_connected || node.in.empty()) return false;
  const ToNode message = node.in.front();
  node.in.pop_front();
  const auto receive = [&](const auto& each) {
    using Kind = std::decay_t<decltype(each)>;
    if constexpr (std::is_same_v<Kind, Deliver>) {
      const Delivery& delivery = each.delivery;
      const Handle handle = node.book->on_delivery(each.tag, delivery.is_redelivered,
                                                   queue_name(delivery.reply_queue), "client", delivery.key);
      if (handle != 0) node.calls.emplace(handle, Held{delivery.key, delivery.reply_queue});
    } else if constexpr (std::is_same_v<Kind, Confirm>) {
      node.book->on_confirmed(each.handle);
    } else if constexpr (std::is_same_v<Kind, Return>) {
      node.book->on_returned(queue_name(each.reply_queue));
    } else if constexpr (std::is_same_v<Kind, Cancel>) {
      node.book->on_cancel({.client = "client", .calls = {each.call}});
    } else {
      node.book->on_hello(queue_name(each.reply_queue));
    }
  };
  std::visit(receive, message);
  decide(node);
  return true;
}

void ClusterModel::finish_call(Node& node, std::uint32_t choice, Report::Kind outcome) {
  const auto runs = [](const auto& each) { return each.second.is_running; };
  const auto count = std::count_if(node.calls.begin(), node.calls.end(), runs);
  if (count == 0) return;
  auto found = std::find_if(node.calls.begin(), node.calls.end(), runs);
  for (auto skip = choice % count; skip > 0; --skip)
    found = std::find_if(std::next(found), node.calls.end(), runs);
  Held& held = found->second;
  held.is_running = false;
  held.outcome = outcome;
  node.book->on_done(found->first);
  decide(node);
}

// ---- faults -----------------------------------------------------------------------------------------------

/// The broker sees the end of the node's connection: what was not acknowledged is delivered again.
void ClusterModel::disconnect(Node& node) {
  node.is_connected = false;
  node.in.clear();
  node.out.clear();
  for (auto each = node.unacknowledged.rbegin(); each != node.unacknowledged.rend(); ++each) {
    each->second.is_redelivered = true;
    m_queue.push_front(each->second);
  }
  node.unacknowledged.clear();
}

/// What the process has written still arrives.
void ClusterModel::kill_node(Node& node) {
  while (node_to_broker(node)) {
  }
  if (!node.is_connected)  // its kernel had taken what was lost with the connection: counted by cut()
    node.unacknowledged.clear();
  disconnect(node);
  boot(node);
  deliver_waiting();
}

void ClusterModel::count_lost(const Report& tell) {
  if (tell.kind != Report::started) return;
  for (const CallKey& key : tell.keys) {
    ++m_calls[key.call - 1].excuses;
    ++m_excuses;
  }
}

/// Part of what was underway arrives.
void ClusterModel::cut(Node& node, std::uint32_t choice) {
  ++m_faults;
  for (std::size_t arrive = node.out.empty() ? 0 : choice % (node.out.size() + 1); arrive > 0; --arrive)
    node_to_broker(node);
  for (const FromNode& each : node.out)
    if (const auto* const tell = std::get_if<Report>(&each)) count_lost(*tell);
  disconnect(node);
  node.book->on_disconnected();
  decide(node);
  deliver_waiting();
}

void ClusterModel::cut_client(std::uint32_t choice) {
  ++m_faults;
  for (std::size_t arrive = m_out.empty() ? 0 : choice % (m_out.size() + 1); arrive > 0; --arrive)
    client_to_broker();
  m_is_connected = false;
  m_out.clear();
  m_in.clear();
  const std::uint64_t before = m_book.republished();
  m_book.on_disconnected();
  m_excuses += m_book.republished() - before;
  for (const auto& [key, unconfirmed] : std::exchange(m_unconfirmed, {})) ++m_calls[key.call - 1].excuses;
  decide();
}

void ClusterModel::restart_broker(bool is_data_lost, std::uint32_t choice) {
  for (Node& node : m_nodes)
    if (node.is_connected) cut(node, choice >> 4);
  if (m_is_connected) cut_client(choice >> 8);
  if (!is_data_lost) return;
  m_queue.clear();
  m_has_calls_queue = false;
  if (choice % 2 == 0) {
    m_has_reply_queue = false;
    for (const Reply& reply : m_replies) count_lost(reply.tell);
    m_replies.clear();
  }
  for (Call& call : m_calls) {
    if (call.is_done) continue;
    ++call.excuses;
    ++m_excuses;
  }
}

void ClusterModel::connect_client() {
  m_is_connected = true;
  const cluster::ClusterBook::Kept kept{.calls = m_has_calls_queue, .replies = m_has_reply_queue};
  if (!kept.replies) ++m_generation;
  m_has_calls_queue = m_has_reply_queue = true;
  m_book.set_time(m_now);
  m_book.on_connected(kept);
  m_out.emplace_back(Hello{m_generation});
  decide();
}

void ClusterModel::connect(Node& node) {
  node.is_connected = true;
  node.last_tag = 0;
  node.book->set_time(m_now);
  node.book->on_connected();
  decide(node);
  deliver_waiting();
}

// ---- actions ----------------------------------------------------------------------------------------------

void ClusterModel::complete(CallId id) {
  must(!m_calls[id - 1].is_done, "a call is completed once");
  m_calls[id - 1].is_done = true;
}

void ClusterModel::decide() {
  m_book.plan();
  for (const cluster::ClusterAction& action : std::exchange(m_book.actions(), {})) {
    if (const auto* const publish = std::get_if<cluster::PublishCall>(&action)) {
      must(m_is_connected, "calls are published while there is a connection");
      m_unconfirmed.emplace(publish->key, true);
      m_out.emplace_back(Publish{publish->key, m_generation});
    } else if (const auto* const done = std::get_if<cluster::CompleteCall>(&action)) {
      const Call& call = m_calls[done->call - 1];
      must(done->ending != cluster::Ending::worker_died || call.executions > call.retries,
           "a call fails by a death only if its retries are used up");
      complete(done->call);
    } else if (const auto* const cancel = std::get_if<cluster::CancelCall>(&action)) {
      if (m_is_connected) m_out.emplace_back(Cancel{cancel->call});
    }
  }
}

void ClusterModel::execute(const CallKey& key) {
  Call& call = m_calls[key.call - 1];
  ++call.executions;
  ++m_executions;
  must(call.executions <= 1 + call.retries + call.excuses,
       "a call runs no more often than its retries allow");
}

void ClusterModel::decide(Node& node) {
  node.book->plan();
  for (const cluster::NodeAction& action : std::exchange(node.book->actions(), {})) perform(node, action);
}

void ClusterModel::perform(Node& node, const cluster::NodeAction& action) {
  const auto generation = [](const std::string& queue) { return std::stoi(queue.substr(6)); };
  const auto send = [&node](FromNode message) {
    if (node.is_connected) node.out.push_back(std::move(message));
  };
  const auto tell = [&](Report::Kind kind, Handle handle) {
    const Held& held = node.calls.at(handle);
    send(Report{kind, held.reply_queue, handle, {held.key}});
  };
  const auto act = [&](const auto& each) {
    using Kind = std::decay_t<decltype(each)>;
    if constexpr (std::is_same_v<Kind, cluster::AckDelivery>) {
      send(Ack{each.tag, false});
    } else if constexpr (std::is_same_v<Kind, cluster::RequeueDelivery>) {
      send(Ack{each.tag, true});
    } else if constexpr (std::is_same_v<Kind, cluster::PublishStarted>) {
      must(node.is_connected, "no call starts without a connection");
      send(Report{Report::started, generation(each.reply_queue), 0, each.calls});
    } else if constexpr (std::is_same_v<Kind, cluster::PublishBeat>) {
      send(Report{Report::beat, generation(each.reply_queue), 0, each.calls});
    } else if constexpr (std::is_same_v<Kind, cluster::RunCall>) {
      Held& held = node.calls.at(each.handle);
      held.is_running = true;
      execute(held.key);
    } else if constexpr (std::is_same_v<Kind, cluster::StopCall>) {
      must(node.calls.at(each.handle).is_running, "what is stopped runs");
    } else if constexpr (std::is_same_v<Kind, cluster::PublishRedelivered>) {
      tell(Report::redelivered, each.handle);
    } else if constexpr (std::is_same_v<Kind, cluster::PublishOutcome>) {
      tell(node.calls.at(each.handle).outcome, each.handle);
    } else {
      must(!node.calls.at(each.handle).is_running, "a call that runs is not forgotten");
      node.calls.erase(each.handle);
    }
  };
  std::visit(act, action);
}

void ClusterModel::finish() {
  m_is_full = false;
  if (!m_is_connected) connect_client();
  for (Node& node : m_nodes)
    if (!node.is_connected) connect(node);
  for (int round = 0; m_book.size() > 0; ++round) {
    must(round < 2000, "every call is done at last");
    for (bool progress = true; progress;) {
      progress = !m_out.empty();
      client_to_broker();
      progress = broker_to_client() || progress;
      for (Node& node : m_nodes) {
        progress = node_to_broker(node) || progress;
        progress = broker_to_node(node) || progress;
      }
    }
    for (Node& node : m_nodes) finish_call(node, 0, Report::result);
    play(Event::pass_time, 499);
  }
  for (const Call& call : m_calls) must(call.is_done, "the book forgets no call");
}

}  // namespace spritefarm::test
