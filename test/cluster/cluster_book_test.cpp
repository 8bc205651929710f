#include "cluster/cluster_book.hpp"

#include "cluster/build_mark.hpp"
#include "posix/build_id.hpp"
#include "support/catch.hpp"

#include <gnu/libc-version.h>

#include <chrono>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace spritefarm::cluster;
using namespace std::chrono_literals;
using spritefarm::TaskOptions;

namespace {

/// A ClusterBook with a connection, and what it has decided since the last look.
struct Client {
  explicit Client(const ClusterBookOptions& options = {}) : book(options) {
    book.set_time(now);
    book.on_connected({});
  }
  void pass(std::chrono::milliseconds time) {
    now += time;
    book.set_time(now);
    book.run_due_timers();
  }
  CallId submit(int retries = 0) { return book.submit(TaskOptions{.retries = retries}, 10); }
  /// Decides. A word for each action: "publish 1.2", "run 1", "complete 1 lost", "cancel 1".
  std::vector<std::string> decided() {
    book.plan();
    std::vector<std::string> words;
    for (const ClusterAction& action : std::exchange(book.actions(), {})) {
      if (const auto* publish = std::get_if<PublishCall>(&action))
        words.push_back("publish " + std::to_string(publish->key.call) + '.' +
                        std::to_string(publish->key.attempt));
      else if (const auto* run = std::get_if<MarkRunning>(&action))
        words.push_back("run " + std::to_string(run->call));
      else if (const auto* cancel = std::get_if<CancelCall>(&action))
        words.push_back("cancel " + std::to_string(cancel->call));
      else if (const auto* done = std::get_if<CompleteCall>(&action))
        words.push_back("complete " + std::to_string(done->call) + ' ' +
                        std::vector<std::string>{"cancelled", "timed out", "died", "lost",
                                                 "broken"}[static_cast<std::size_t>(done->ending)]);
    }
    return words;
  }
  /// A call that node A has started.
  void start(int retries) {
    submit(retries);
    book.plan();
    book.on_confirmed({1, 1});
    book.on_started({"A", {{1, 1}}});
    decided();
  }

  ClusterBook book;
  ClusterBook::Time now{1h};
};

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("a call is published, runs and is done with the first outcome of any attempt", "[cluster][book]") {
  Client client;
  client.submit();
  CHECK(client.decided() == Words{"publish 1.1"});
  client.book.on_started({"A", {{1, 1}}});
  CHECK(client.decided() == Words{"run 1"});
  CHECK_FALSE(client.book.on_outcome({1, 2}));  // nobody has this attempt
  CHECK(client.book.on_outcome({1, 1}));
  CHECK_FALSE(client.book.on_outcome({1, 1}));
  CHECK(client.book.size() == 0);
}

TEST_CASE("a call can be recalled until it is published", "[cluster][book]") {
  Client client({.max_outstanding = 1});
  client.submit();
  client.submit();
  CHECK(client.decided() == Words{"publish 1.1"});
  CHECK(client.book.recall(2));
  CHECK_FALSE(client.book.recall(1));
  CHECK(client.book.terminate(1));
  CHECK(client.decided() == Words{"cancel 1", "complete 1 cancelled"});
}

TEST_CASE("no more calls are in the broker than the nodes have use for", "[cluster][book]") {
  Client client;
  for (int i = 0; i < 200; ++i) client.submit();
  CHECK(client.decided().size() == 64);
  client.book.on_beat({.node = "A", .slots = 10});
  CHECK(client.decided().size() == 20);
  client.pass(16s);  // A is silent
  client.book.on_outcome({1, 1});
  CHECK(client.decided().empty());
}

TEST_CASE("a redelivered call that had not started is published again, 20 times", "[cluster][book]") {
  Client client;
  client.submit();
  client.decided();
  for (std::uint32_t attempt = 1; attempt <= 20; ++attempt) {
    client.book.on_redelivered({1, attempt});
    client.book.on_redelivered({1, attempt});  // an old report counts for nothing
    CHECK(client.decided() == Words{"publish 1." + std::to_string(attempt + 1)});
  }
  client.book.on_redelivered({1, 21});
  CHECK(client.decided() == Words{"complete 1 lost"});
}

TEST_CASE("a redelivered call that had started runs again if retries are left", "[cluster][book]") {
  Client client;
  client.start(1);
  client.book.on_redelivered({1, 1});
  CHECK(client.decided() == Words{"publish 1.2"});
  client.book.on_started({"B", {{1, 2}}});
  client.book.on_redelivered({1, 2});
  CHECK(client.decided().empty());  // perhaps its node lives: it is lost if no beat names it
  client.pass(14s);
  client.book.on_beat({.node = "B", .slots = 1, .calls = {{1, 2}}});
  client.pass(14s);
  CHECK(client.decided().empty());
  client.pass(1s);
  CHECK(client.decided() == Words{"complete 1 lost"});
  CHECK(client.book.deaths() == 2);
}

TEST_CASE("after a reconnection a redelivered call waits for a beat of its node", "[cluster][book]") {
  Client client;
  client.start(1);
  client.book.on_disconnected();
  client.pass(60s);  // no beat can come meanwhile
  client.book.on_connected({.calls = true, .replies = true});
  client.book.on_redelivered({1, 1});
  CHECK(client.decided().empty());
  client.pass(15s);
  CHECK(client.decided() == Words{"publish 1.2"});
}

TEST_CASE("what was published without a confirmation is published again", "[cluster][book]") {
  Client client;
  for (int i = 0; i < 3; ++i) client.submit();
  client.decided();
  client.book.on_confirmed({1, 1});
  client.book.on_started({"A", {{2, 1}}});
  client.decided();
  client.book.on_disconnected();
  CHECK(client.decided().empty());
  CHECK_FALSE(client.book.recall(3));  // a broker may have had it
  client.book.on_connected({.calls = true, .replies = true});
  CHECK(client.decided() == Words{"publish 3.2"});
  CHECK(client.book.republished() == 1);
}

TEST_CASE("a lost reply queue fails the calls that ran without retries, and repeats the others",
          "[cluster][book]") {
  Client client;
  client.start(0);
  client.submit(0);
  client.submit(1);
  client.book.plan();
  client.book.on_confirmed({2, 1});
  client.book.on_started({"A", {{3, 1}}});
  client.decided();
  client.book.on_disconnected();
  client.book.on_connected({});
  CHECK(client.decided() == Words{"complete 1 broken", "publish 2.2", "publish 3.2"});
}

TEST_CASE("a lost queue of calls repeats the calls that have not started, and no other", "[cluster][book]") {
  Client client;
  client.start(0);
  client.submit(0);
  client.book.plan();
  client.book.on_confirmed({2, 1});
  client.decided();
  client.book.on_disconnected();
  client.book.on_connected({.calls = false, .replies = true});
  CHECK(client.decided() == Words{"publish 2.2"});
  CHECK(client.book.on_outcome({1, 1}));
  CHECK(client.book.on_outcome({2, 2}));
}

TEST_CASE("a refused publication is repeated after a moment", "[cluster][book]") {
  Client client;
  client.submit();
  client.decided();
  client.book.on_refused({1, 1});
  CHECK(client.decided().empty());
  client.pass(99ms);
  CHECK(client.decided().empty());
  client.pass(1ms);
  CHECK(client.decided() == Words{"publish 1.2"});
}

TEST_CASE("a worker's death costs a retry, then the call", "[cluster][book]") {
  Client client;
  client.start(1);
  client.book.on_died({{1, 1}, {}});
  CHECK(client.decided() == Words{"publish 1.2"});
  client.book.on_died({{1, 1}, {}});  // an old one
  CHECK(client.decided().empty());
  client.book.on_died({{1, 2}, {}});
  CHECK(client.decided() == Words{"complete 1 died"});
}

TEST_CASE("the client gives up a call whose node keeps its time limit badly", "[cluster][book]") {
  Client client;
  client.book.submit(TaskOptions{.timeout = 20s}, 10);
  client.decided();
  client.book.on_started({"A", {{1, 1}}});
  for (int i = 0; i < 6; ++i) {
    client.pass(5s);
    client.book.on_beat({.node = "A", .slots = 1, .calls = {{1, 1}}});
  }
  client.decided();
  CHECK(client.book.size() == 1);
  client.pass(5s);
  CHECK(client.decided() == Words{"cancel 1", "complete 1 timed out"});
}

TEST_CASE("a broker that is away for too long breaks the executor", "[cluster][book]") {
  Client client({.patience = 60s});
  client.start(3);
  client.submit();
  client.book.on_disconnected();
  client.pass(59s);
  CHECK(client.decided().empty());
  client.pass(1s);
  CHECK(client.decided() == Words{"complete 1 broken", "complete 2 broken"});
  CHECK(client.book.is_broken());
}

TEST_CASE("each loaded object has a build id of its own", "[cluster]") {
  static const char of_this_program = 0;
  CHECK(spritefarm::posix::build_id_of(&of_this_program) == spritefarm::posix::build_id());
  CHECK(spritefarm::posix::build_id_of_library() == spritefarm::posix::build_id());
  const std::string of_libc =
      spritefarm::posix::build_id_of(reinterpret_cast<const void*>(&::gnu_get_libc_version));
  CHECK(of_libc.size() >= 8);
  CHECK(of_libc != spritefarm::posix::build_id());
  CHECK(spritefarm::posix::build_id_of(nullptr).empty());
}

TEST_CASE("the build mark is that of the program's build id", "[cluster]") {
  CHECK(spritefarm::posix::build_id().size() >= 8);
  CHECK(build_mark().size() == 16);
  CHECK(build_mark() == build_mark());
}
