#include "cluster/cluster_fixture.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <spritefarm/cluster.hpp>
#include <spritefarm/futures.hpp>

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

using namespace spritefarm;
using namespace std::chrono_literals;
using test::Cluster;
using test::eventually;
using test::note;
using test::notes;
using test::wait_for;

namespace {

int add(int a, int b) {
  return a + b;
}

Task<int> slowly_add(int a, int b) {
  co_await sleep_for(1ms);
  co_return a + b;
}

/// Dies until it has been called `times` times.
int survive(const std::string& file, int times) {
  note(file);
  if (notes(file) < times) std::abort();
  return notes(file);
}

void run_until_opened(const std::string& file, const std::string& gate) {
  note(file);
  wait_for(gate);
}

int initialised = 0;
void set_up_worker() {
  initialised += 1;
}

bool has_text(const std::exception& error, const std::string& part) {
  return std::string(error.what()).find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a cluster runs what a process pool runs", "[cluster][broker]") {
  Cluster group;
  group.start_node();
  group.start_node(1);
  ClusterExecutor cluster(group.options());
  cluster.wait_for_nodes(2, 1min);
  const auto nodes = cluster.nodes();
  REQUIRE(nodes.size() == 2);
  CHECK(nodes[0].slots + nodes[1].slots == 3);

  CHECK(cluster.submit(add, 1, 2).result() == 3);
  CHECK(cluster.submit([](const std::string& a) { return a + "!"; }, "text").result() == "text!");
  CHECK(cluster.submit(slowly_add, 1, 2).result() == 3);
  CHECK_NOTHROW(cluster.submit([] {}).result());
  CHECK_THROWS_AS(cluster.submit([]() -> int { throw std::invalid_argument("no"); }).result(),
                  std::invalid_argument);
  Executor& any = cluster;
  CHECK(any.submit(add, 2, 3).result() == 5);
  const std::string large(1'000'000, 'x');
  CHECK(cluster.submit([](const std::string& a) { return a; }, large).result() == large);

  std::vector<int> numbers(1000);
  std::iota(numbers.begin(), numbers.end(), 0);
  int next = 0;
  for (const int square : cluster.map([](int x) { return x * x; }, numbers, {.chunksize = 30})) {
    REQUIRE(square == next * next);
    ++next;
  }
  CHECK(next == 1000);

  std::vector<Future<int>> futures;
  for (int i = 0; i < 50; ++i) futures.push_back(cluster.submit(add, i, 0));
  int sum = 0;
  for (Future<int>& future : as_completed(futures, 1min)) sum += future.result();
  CHECK(sum == 49 * 50 / 2);
}

TEST_CASE("what cannot go to other machines fails in its future", "[cluster][broker]") {
  Cluster group;
  auto options = group.options();
  options.max_call_bytes = 1000;
  group.start_node(1);
  ClusterExecutor cluster(options);
  try {
    cluster.submit(::getppid).result();
    FAIL("a function of the C library was sent");
  } catch (const CodecError& error) {
    CHECK(has_text(error, "libc.so.6"));
  }
  CHECK_THROWS_AS(
      cluster.submit([](const std::string& a) { return a.size(); }, std::string(2000, 'x')).result(),
      CodecError);
  CHECK_THROWS_AS(cluster.submit([] { return std::string(2000, 'x'); }).result(), CodecError);
  CHECK(cluster.submit([] { return 1; }).result() == 1);
}

TEST_CASE("an initializer runs once in each worker of a cluster", "[cluster][broker]") {
  Cluster group;
  group.start_node(1);
  auto options = group.options();
  options.initializer = set_up_worker;
  ClusterExecutor cluster(options);
  CHECK(cluster.submit([] { return initialised; }).result() == 1);
  CHECK(cluster.submit([] { return initialised; }).result() == 1);
  options.initializer = [] { throw std::runtime_error("no licence"); };
  ClusterExecutor failing(options);
  try {
    failing.submit([] { return 1; }).result();
    FAIL("the initializer did not run");
  } catch (const BrokenCluster& error) {
    CHECK(has_text(error, "no licence"));
  }
}

TEST_CASE("an initializer of a shared library is refused", "[cluster]") {
  ClusterExecutorOptions options{.broker = {.url = "amqp://guest@127.0.0.1:1/"}};
  options.initializer = ::getppid;
  try {
    const ClusterExecutor cluster(options);
    FAIL("a function of the C library was accepted");
  } catch (const std::invalid_argument& error) {
    CHECK(has_text(error, "libc.so.6"));
  }
}

TEST_CASE("the death of a worker costs a retry, then the call", "[cluster][broker]") {
  Cluster group;
  group.start_node();
  ClusterExecutor cluster(group.options());
  CHECK(cluster.submit(TaskOptions{.retries = 3}, survive, group.file("a"), 3).result() == 3);
  try {
    cluster.submit(TaskOptions{.retries = 1}, survive, group.file("b"), 5).result();
    FAIL("the call survived");
  } catch (const WorkerDied& died) {
    CHECK(died.how().signal == SIGABRT);
  }
  CHECK(notes(group.file("b")) == 2);
  CHECK(cluster.submit(add, 1, 2).result() == 3);
}

TEST_CASE("timeout, cancel, terminate and running work over a cluster", "[cluster][broker]") {
  Cluster group;
  group.start_node(1);
  auto options = group.options();
  options.max_outstanding = 1;
  ClusterExecutor cluster(options);
  CHECK_THROWS_AS(cluster.submit(TaskOptions{.timeout = 50ms}, wait_for, group.file("never")).result(),
                  TimeoutError);
  auto running = cluster.submit(run_until_opened, group.file("started"), group.file("never"));
  auto waiting = cluster.submit(add, 1, 2);
  auto last = cluster.submit(add, 2, 2);
  REQUIRE(eventually([&] { return running.running() && notes(group.file("started")) == 1; }));
  CHECK(waiting.cancel());
  CHECK(waiting.cancelled());
  CHECK_FALSE(running.cancel());
  CHECK_FALSE(last.done());
  CHECK(running.terminate());
  CHECK(running.cancelled());
  CHECK(last.result() == 4);  // its slot is free again
}

TEST_CASE("a cluster shuts down as a pool does", "[cluster][broker]") {
  Cluster group;
  group.start_node(1);
  auto options = group.options();
  options.max_outstanding = 1;
  std::vector<Future<int>> futures;
  {
    ClusterExecutor cluster(options);
    for (int i = 0; i < 5; ++i) futures.push_back(cluster.submit(add, i, 0));
  }  // waits
  for (int i = 0; i < 5; ++i) CHECK(futures[static_cast<std::size_t>(i)].result() == i);
  ClusterExecutor cluster(options);
  auto running = cluster.submit(run_until_opened, group.file("started"), group.file("gate"));
  auto waiting = cluster.submit(add, 1, 2);
  REQUIRE(eventually([&] { return notes(group.file("started")) == 1; }));
  cluster.shutdown(false, true);
  CHECK(waiting.cancelled());
  CHECK_THROWS_AS(cluster.submit(add, 1, 2), std::runtime_error);
  note(group.file("gate"));
  CHECK_NOTHROW(running.result());
  cluster.shutdown();
}

TEST_CASE("only nodes of the same build run a call", "[cluster][broker]") {
  Cluster group;
  group.start_node(1, {}, test::cluster_program("other_build"));
  ClusterExecutor cluster(group.options());
  auto call = cluster.submit(add, 1, 2);
  try {
    cluster.wait_for_nodes(1, 1s);
    FAIL("a node of another build counts");
  } catch (const TimeoutError& error) {
    CHECK(has_text(error, "1 of build "));
  }
  CHECK_FALSE(call.done());
  group.start_node(1);
  CHECK(call.result() == 3);
}

TEST_CASE("a broker's refusal is told in its words", "[cluster][broker]") {
  Cluster group;
  auto options = group.options();
  options.broker.password = "wrong";
  try {
    const ClusterExecutor cluster(options);
    FAIL("a wrong password was accepted");
  } catch (const BrokenCluster& error) {
    CHECK(has_text(error, "ACCESS_REFUSED"));
    CHECK_FALSE(has_text(error, "wrong"));
  }
  options = group.options();
  options.broker.url = options.broker.url.substr(0, options.broker.url.rfind('/')) + "/no-such-vhost";
  CHECK_THROWS_AS(ClusterExecutor(options), BrokenCluster);
  options.broker.url = "amqp://guest@127.0.0.1:1/";
  CHECK_THROWS_AS(ClusterExecutor(options), BrokenCluster);
  options.broker.url = "http://127.0.0.1/";
  CHECK_THROWS_AS(ClusterExecutor(options), std::invalid_argument);
  options = group.options();
  options.group = "two words";
  CHECK_THROWS_AS(ClusterExecutor(options), std::invalid_argument);
}

TEST_CASE("users need no more rights than the document gives them", "[cluster][broker]") {
  Cluster group("node");
  CHECK_THROWS_AS(ClusterExecutor(group.options("client")), BrokenCluster);  // an administrator must declare
  { const ClusterExecutor administrator(group.options()); }
  group.start_node(1);
  ClusterExecutor cluster(group.options("client"));
  CHECK(cluster.submit(add, 1, 2).result() == 3);
  CHECK_THROWS_AS(ClusterExecutor(group.options("node")), BrokenCluster);
}

TEST_CASE("an encrypted connection checks the broker's certificate and its name", "[cluster][broker]") {
  Cluster group;
  group.start_node(1);
  auto options = group.options();
  options.broker = test::RabbitBroker::shared().encrypted("localhost");
  {
    ClusterExecutor cluster(options);
    CHECK(cluster.submit(add, 1, 2).result() == 3);
  }
  options.broker.cacert.clear();  // the system's authorities
  CHECK_THROWS_AS(ClusterExecutor(options), BrokenCluster);
  options.broker = test::RabbitBroker::shared().encrypted("127.0.0.1");
  CHECK_THROWS_AS(ClusterExecutor(options), BrokenCluster);
  options.broker = group.options().broker;  // plain text to the port for TLS
  const std::string url = test::RabbitBroker::shared().encrypted("localhost").url;
  options.broker.url = "amqp" + url.substr(5);
  CHECK_THROWS_AS(ClusterExecutor(options), BrokenCluster);
}
