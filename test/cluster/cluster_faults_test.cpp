#include "cluster/build_mark.hpp"
#include "cluster/cluster_fixture.hpp"
#include "cluster/queue_names.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <spritefarm/cluster.hpp>
#include <spritefarm/futures.hpp>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

using namespace spritefarm;
using namespace std::chrono_literals;
using test::Cluster;
using test::eventually;
using test::note;
using test::notes;
using test::RabbitBroker;
using test::wait_for;

namespace {

void run_until_opened(const std::string& file, const std::string& gate) {
  note(file);
  wait_for(gate);
}

int counted(const std::string& file, int value) {
  note(file);
  return value;
}

/// Checks that each future has its own number.
void check_all(const std::vector<Future<int>>& futures) {
  int next = 0;
  for (const Future<int>& future : futures) REQUIRE(future.result(2min) == next++);
}

}  // namespace

TEST_CASE("a killed node costs only the calls that it ran", "[cluster][broker]") {
  Cluster group;
  auto& victim = group.start_node(2);
  ClusterExecutor cluster(group.options());
  auto lost = cluster.submit(run_until_opened, group.file("lost"), group.file("gate"));
  auto retried =
      cluster.submit(TaskOptions{.retries = 1}, run_until_opened, group.file("retried"), group.file("gate"));
  REQUIRE(eventually([&] { return notes(group.file("lost")) == 1 && notes(group.file("retried")) == 1; }));
  std::vector<Future<int>> waiting;
  for (int i = 0; i < 20; ++i) waiting.push_back(cluster.submit(counted, group.file("waiting"), i));
  victim.send_signal(SIGKILL);
  group.start_node(2);
  check_all(waiting);
  CHECK(notes(group.file("waiting")) == 20);
  note(group.file("gate"));
  CHECK_NOTHROW(retried.result(1min));
  CHECK(notes(group.file("retried")) == 2);
  CHECK_THROWS_AS(lost.result(1min), NodeLost);
  CHECK(notes(group.file("lost")) == 1);
}

TEST_CASE("a node that is asked to leave finishes what runs and gives back the rest", "[cluster][broker]") {
  Cluster group;
  auto& leaving = group.start_node(1, {"--ahead", "5"});
  ClusterExecutor cluster(group.options());
  auto running = cluster.submit(run_until_opened, group.file("running"), group.file("gate"));
  REQUIRE(eventually([&] { return notes(group.file("running")) == 1; }));
  std::vector<Future<int>> waiting;
  for (int i = 0; i < 10; ++i) waiting.push_back(cluster.submit(counted, group.file("waiting"), i));
  leaving.send_signal(SIGTERM);
  leaving.wait_for_message("takes no more calls");
  group.start_node(1);
  check_all(waiting);
  note(group.file("gate"));
  CHECK_NOTHROW(running.result(1min));
  CHECK(leaving.finish().exit_status == 0);
  CHECK(notes(group.file("running")) == 1);
  CHECK(notes(group.file("waiting")) == 10);
}

TEST_CASE("a storm that kills nodes loses no call and repeats only what ran", "[cluster][broker]") {
  Cluster group;
  std::vector<test::Subprocess*> nodes;
  for (int i = 0; i < 2; ++i) nodes.push_back(&group.start_node(2, {"--ahead", "14"}));
  ClusterExecutor cluster(group.options());
  constexpr int calls = 2000, kills = 3, calls_of_node = 2 + 14;
  std::vector<Future<int>> futures;
  for (int i = 0; i < calls; ++i)
    futures.push_back(cluster.submit(TaskOptions{.retries = 20}, counted, group.file("runs"), i));
  for (int i = 0; i < kills; ++i) {
    REQUIRE(eventually([&] { return notes(group.file("runs")) > calls * (i + 1) / (kills + 2); }));
    nodes[static_cast<std::size_t>(i) % 2]->send_signal(SIGKILL);
    nodes[static_cast<std::size_t>(i) % 2] = &group.start_node(2, {"--ahead", "14"});
  }
  check_all(futures);
  std::printf("%d nodes killed among %d calls: %d executions\n", kills, calls, notes(group.file("runs")));
  // A call that has ended runs again, too, if its result had not left the node.
  CHECK(notes(group.file("runs")) <= calls + kills * calls_of_node);
}

TEST_CASE("a broker that is killed and started again loses no call", "[cluster][broker][restart]") {
  Cluster group;
  group.start_node(2, {"--ahead", "8"});
  ClusterExecutor cluster(group.options());
  auto running = cluster.submit(run_until_opened, group.file("running"), group.file("gate"));
  REQUIRE(eventually([&] { return running.running(); }));
  // RabbitMQ 3.10 notes a new quorum queue on disk after half a second: see Client::set_up().
  std::this_thread::sleep_for(2s);
  std::vector<Future<int>> futures;
  for (int i = 0; i < 1000; ++i) futures.push_back(cluster.submit(counted, group.file("runs"), i));
  REQUIRE(eventually([&] { return notes(group.file("runs")) > 200; }));
  RabbitBroker& broker = RabbitBroker::shared();
  broker.kill();
  broker.start();
  broker.wait_until_ready();
  check_all(futures);
  note(group.file("gate"));
  CHECK_NOTHROW(running.result(1min));
  CHECK(notes(group.file("running")) == 1);  // it went on without the broker
  std::printf("a broker killed among 1000 calls: %d executions\n", notes(group.file("runs")));
}

TEST_CASE("calls that wait in a queue that is deleted are sent again", "[cluster][broker]") {
  Cluster group;
  ClusterExecutor cluster(group.options());
  auto waiting = cluster.submit(counted, group.file("runs"), 1);
  const std::string queue = cluster::QueueNames(group.options().group, cluster::build_mark()).calls();
  RabbitBroker& broker = RabbitBroker::shared();
  REQUIRE(eventually([&] {
    return broker.control({"list_queues", "name", "messages"}).find(queue + "\t1\n") != std::string::npos;
  }));
  broker.control({"delete_queue", queue});
  auto returned = cluster.submit(counted, group.file("runs"), 2);
  group.start_node(1);
  CHECK(waiting.result(1min) == 1);
  CHECK(returned.result(1min) == 2);
  CHECK(notes(group.file("runs")) == 2);
}

TEST_CASE("brokers that lose their data lose no call that may run again", "[cluster][broker][restart]") {
  Cluster group;
  group.start_node(2, {"--ahead", "8"});
  ClusterExecutor cluster(group.options());
  auto once = cluster.submit(run_until_opened, group.file("once"), group.file("never"));
  REQUIRE(eventually([&] { return once.running(); }));
  std::vector<Future<int>> futures;
  for (int i = 0; i < 500; ++i)
    futures.push_back(cluster.submit(TaskOptions{.retries = 3}, counted, group.file("runs"), i));
  REQUIRE(eventually([&] { return notes(group.file("runs")) > 100; }));
  auto options = Cluster().options();  // no node
  options.patience = 1s;
  ClusterExecutor impatient(options);
  auto hopeless = impatient.submit(counted, group.file("never"), 1);
  RabbitBroker& broker = RabbitBroker::shared();
  broker.kill();
  CHECK_THROWS_AS(hopeless.result(1min), BrokenCluster);
  CHECK_THROWS_AS(impatient.submit(counted, group.file("never"), 1), BrokenCluster);
  broker.delete_data();
  broker.start();
  broker.wait_until_ready();
  check_all(futures);
  CHECK_THROWS_AS(once.result(1min), BrokenCluster);
  CHECK(notes(group.file("once")) == 1);
}
