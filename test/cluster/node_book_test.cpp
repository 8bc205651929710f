#include "cluster/node_book.hpp"

#include "support/catch.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace spritefarm::cluster;
using namespace std::chrono_literals;

namespace {

struct Words {
  std::string operator()(const AckDelivery& a) const { return "ack " + std::to_string(a.tag); }
  std::string operator()(const RequeueDelivery& a) const { return "requeue " + std::to_string(a.tag); }
  std::string operator()(const PublishStarted& a) const {
    return "started " + std::to_string(a.calls.size());
  }
  std::string operator()(const RunCall& a) const { return "run " + std::to_string(a.handle); }
  std::string operator()(const StopCall& a) const { return "stop " + std::to_string(a.handle); }
  std::string operator()(const PublishRedelivered& a) const {
    return "redelivered " + std::to_string(a.handle);
  }
  std::string operator()(const PublishOutcome& a) const { return "outcome " + std::to_string(a.handle); }
  std::string operator()(const PublishBeat& a) const { return "beat " + std::to_string(a.calls.size()); }
  std::string operator()(const ForgetCall& a) const { return "forget " + std::to_string(a.handle); }
};
using List = std::vector<std::string>;

/// A NodeBook of two slots with a connection, and what it has decided since the last look.
struct Node {
  Node() : book({.slots = 2}) {
    book.set_time(now);
    book.on_connected();
  }
  void pass(std::chrono::milliseconds time) {
    now += time;
    book.set_time(now);
    book.run_due_timers();
  }
  void deliver(std::uint64_t tag, bool is_redelivered = false) {
    book.on_delivery(tag, is_redelivered, "replies", "client", {tag, 1});
  }
  List decided() {
    book.plan();
    List words;
    for (const NodeAction& action : std::exchange(book.actions(), {}))
      words.push_back(std::visit(Words{}, action));
    return words;
  }

  NodeBook book;
  NodeBook::Time now{1h};
};

}  // namespace

TEST_CASE("a node tells the start before it runs calls, and acknowledges what was confirmed",
          "[cluster][book]") {
  Node node;
  for (std::uint64_t tag = 1; tag <= 3; ++tag) node.deliver(tag);
  CHECK(node.decided() == List{"started 2", "run 1", "run 2"});  // the third waits for a slot
  node.book.on_done(1);
  CHECK(node.decided() == List{"outcome 1", "started 1", "run 3"});
  node.book.on_confirmed(1);
  CHECK(node.decided() == List{"ack 1", "forget 1"});
}

TEST_CASE("a node runs nothing that is delivered again", "[cluster][book]") {
  Node node;
  node.deliver(7, true);
  CHECK(node.decided() == List{"redelivered 1"});
  node.book.on_confirmed(1);
  CHECK(node.decided() == List{"ack 7", "forget 1"});
}

TEST_CASE("over a reconnection calls run on, and outcomes are published again", "[cluster][book]") {
  Node node;
  for (std::uint64_t tag = 1; tag <= 4; ++tag) node.deliver(tag);
  node.decided();
  node.book.on_done(1);
  CHECK(node.decided() == List{"outcome 1", "started 1", "run 3"});
  node.book.on_disconnected();
  CHECK(node.decided() == List{"forget 4"});  // it waited: the broker has it again
  node.book.on_done(2);
  CHECK(node.decided().empty());
  node.book.on_connected();
  CHECK(node.decided() == List{"beat 3", "outcome 1", "outcome 2"});
  node.book.on_confirmed(1);
  CHECK(node.decided() == List{"forget 1"});  // its delivery is the old connection's
}

TEST_CASE("a long call is acknowledged early, and one that waits as long is given back", "[cluster][book]") {
  Node node;
  for (std::uint64_t tag = 1; tag <= 3; ++tag) node.deliver(tag);
  node.decided();
  node.pass(14min);
  CHECK(node.decided() == List{"beat 2"});
  node.pass(1min);
  CHECK(node.decided() == List{"ack 1", "ack 2", "requeue 3", "forget 3", "beat 2"});
  node.book.on_done(1);
  node.book.on_confirmed(1);
  CHECK(node.decided() == List{"outcome 1", "forget 1"});
}

TEST_CASE("the calls of a client that has gone end", "[cluster][book]") {
  Node node;
  for (std::uint64_t tag = 1; tag <= 3; ++tag) node.deliver(tag);
  node.decided();
  node.book.on_returned("replies");
  CHECK(node.decided() == List{"ack 1", "stop 1", "ack 2", "stop 2", "ack 3", "forget 3"});
  node.deliver(4);
  CHECK(node.decided() == List{"ack 4"});
  node.book.on_done(1);
  CHECK(node.decided() == List{"forget 1"});
}

TEST_CASE("a cancelled call ends, or does not begin", "[cluster][book]") {
  Node node;
  node.deliver(1);
  node.decided();
  node.book.on_cancel({.client = "client", .calls = {1, 2}});
  CHECK(node.decided() == List{"ack 1", "stop 1"});
  node.deliver(2);
  CHECK(node.decided() == List{"ack 2"});
}

TEST_CASE("a node that leaves gives back what waits and finishes what runs", "[cluster][book]") {
  Node node;
  for (std::uint64_t tag = 1; tag <= 3; ++tag) node.deliver(tag);
  node.decided();
  node.book.leave();
  node.deliver(4);
  CHECK(node.decided() == List{"requeue 3", "forget 3", "requeue 4"});
  node.book.on_done(1);
  node.book.on_done(2);
  node.book.on_confirmed(1);
  CHECK_FALSE(node.book.is_finished());
  node.book.on_confirmed(2);
  CHECK(node.book.is_finished());
}

TEST_CASE("a node answers greetings, and beats for those who greet", "[cluster][book]") {
  Node node;
  CHECK(node.decided().empty());
  node.book.on_hello("other");
  CHECK(node.decided() == List{"beat 0"});
  node.pass(3s);
  CHECK(node.decided() == List{"beat 0"});
  node.pass(8s);
  CHECK(node.decided().empty());
}

TEST_CASE("a call whose start could not be told does not run", "[cluster][book]") {
  Node node;
  node.deliver(1);
  CHECK(node.decided() == List{"started 1", "run 1"});
  node.book.on_not_run(1);
  CHECK(node.decided() == List{"forget 1"});
  CHECK(node.book.busy() == 0);
}
