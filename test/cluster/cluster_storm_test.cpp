// The failures of a cluster, with real brokers and nodes. scripts/faults --cluster runs them and prints a
// table; a run of the program leaves them out.

#include "cluster/broker_cluster.hpp"
#include "cluster/cluster_fixture.hpp"
#include "cluster/network_hosts.hpp"
#include "cluster/storm.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "system/child_process.hpp"

#include <spritefarm/cluster.hpp>
#include <spritefarm/futures.hpp>

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace spritefarm;
using namespace std::chrono_literals;
using test::Cluster;
using test::eventually;
using test::Load;
using test::note;
using test::notes;
using test::print_storm;
using test::RabbitBroker;

namespace {

using Nodes = std::vector<test::Subprocess*>;
const std::vector<std::string> some_ahead{"--ahead", "6"};
constexpr int slots = 2, ahead = 6;  // of a node

Nodes start_nodes(Cluster& group, int count) {
  Nodes nodes;
  for (int i = 0; i < count; ++i) nodes.push_back(&group.start_node(slots, some_ahead));
  return nodes;
}

void replace_node(Cluster& group, test::Subprocess*& node) {
  node->send_signal(SIGKILL);
  node = &group.start_node(slots, some_ahead);
}

void restart(RabbitBroker& broker, bool keeps_data = true) {
  broker.kill();
  if (!keeps_data) broker.delete_data();
  broker.start();
  broker.wait_until_ready();
}

/// Waits until RabbitMQ 3.10 has noted new quorum queues on disk, which takes half a second. One that is
/// killed before keeps a queue of calls that nobody can read.
void let_broker_note_queues() {
  std::this_thread::sleep_for(2s);
}

/// Calls whose publication the broker may not have confirmed when it ends: what a client keeps there.
constexpr int max_unconfirmed(int nodes) {
  return 2 * nodes * slots + 64;
}

int die_once(const std::string& file) {
  note(file);
  if (notes(file) == 1) ::_exit(99);
  return notes(file);
}

int count_slowly(const std::string& file, int milliseconds) {
  note(file);
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  return notes(file);
}

/// A client with 400 slow calls, in a process of its own.
auto slow_client(const ClusterExecutorOptions& options, const std::string& file) {
  return std::make_unique<system::ChildProcess>([=](system::ParentLine& line) {
    ClusterExecutor cluster(options);
    std::vector<Future<int>> futures;
    for (int i = 0; i < 400; ++i) futures.push_back(cluster.submit(count_slowly, file, 400));
    line.wait_for_end();
    return 0;
  });
}

/// Waits until the file has not grown for three seconds. Returns how long it grew.
std::chrono::seconds wait_for_rest(const std::string& file) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  auto grown = begin;
  int before = notes(file);
  REQUIRE(eventually([&] {
    if (const int now = notes(file); now != before) {
      before = now;
      grown = Clock::now();
    }
    return Clock::now() - grown > 3s;
  }));
  return std::chrono::duration_cast<std::chrono::seconds>(grown - begin);
}

bool can_make_networks() {
  return ::geteuid() == 0 && std::system("ip netns list >/dev/null 2>&1") == 0;
}

}  // namespace

TEST_CASE("storm: worker processes die", "[.][storm]") {
  Cluster group;
  start_nodes(group, 2);
  ClusterExecutor cluster(group.options());
  std::vector<Future<int>> dying;
  for (int i = 0; i < 10; ++i)
    dying.push_back(
        cluster.submit(TaskOptions{.retries = 1}, die_once, group.file("dying" + std::to_string(i))));
  Load load(cluster, group, 3000);
  load.finish();
  for (const auto& future : dying) CHECK(future.result(1min) == 2);
  print_storm("10 worker processes", "replaced by their nodes, the calls that ran were retried", load);
  CHECK(load.lost() == 0);
  CHECK(load.ran_twice() == 0);
}

TEST_CASE("storm: nodes are killed", "[.][storm]") {
  constexpr int kills = 8;
  Cluster group;
  Nodes nodes = start_nodes(group, 3);
  ClusterExecutor cluster(group.options());
  Load load(cluster, group, 5000);
  for (int i = 0; i < kills; ++i) {
    load.wait_for((i + 1) / (kills + 2.0));
    replace_node(group, nodes[static_cast<std::size_t>(i) % nodes.size()]);
  }
  load.finish();
  print_storm("8 nodes, kill -9", "others ran what waited there", load);
  CHECK(load.lost() == 0);
  CHECK(load.ran_twice() <= kills * slots);
}

TEST_CASE("storm: nodes leave in peace", "[.][storm]") {
  constexpr int leavers = 4;
  Cluster group;
  Nodes nodes = start_nodes(group, 3);
  ClusterExecutor cluster(group.options());
  Load load(cluster, group, 5000);
  for (int i = 0; i < leavers; ++i) {
    load.wait_for((i + 1) / (leavers + 2.0));
    test::Subprocess*& node = nodes[static_cast<std::size_t>(i) % nodes.size()];
    node->send_signal(SIGTERM);
    CHECK(node->finish().exit_status == 0);
    node = &group.start_node(slots, some_ahead);
  }
  load.finish();
  print_storm("4 nodes, SIGTERM", "they ended with status 0 and gave back what waited", load);
  CHECK(load.lost() == 0);
  CHECK(load.ran_twice() == 0);
}

TEST_CASE("storm: the broker is killed", "[.][storm]") {
  constexpr int kills = 2;
  Cluster group;
  start_nodes(group, 2);
  ClusterExecutor cluster(group.options());
  let_broker_note_queues();
  Load load(cluster, group, 4000);
  for (int i = 0; i < kills; ++i) {
    load.wait_for((i + 1) / (kills + 1.0));
    restart(RabbitBroker::shared());
  }
  load.finish();
  print_storm("broker, kill -9 twice", "all connected again when it was back", load);
  CHECK(load.lost() == 0);
  CHECK(load.ran_twice() <= kills * (max_unconfirmed(2) + 2 * slots));
}

TEST_CASE("storm: the broker loses its data", "[.][storm]") {
  Cluster group;
  start_nodes(group, 2);
  ClusterExecutor cluster(group.options());
  Load load(cluster, group, 5000);
  load.wait_for(0.4);
  restart(RabbitBroker::shared(), false);
  load.finish();
  print_storm("broker, with its data", "all unfinished calls were sent again", load);
  CHECK(load.lost() == 0);
  CHECK(load.ran_twice() <= max_unconfirmed(2) + 2 * slots);
}

TEST_CASE("storm: a client is killed", "[.][storm]") {
  Cluster group;
  group.start_node(slots, some_ahead);
  auto options = group.options();
  options.lease = 3s;
  const std::string file = group.file("runs");
  auto client = slow_client(options, file);
  REQUIRE(eventually([&] { return notes(file) >= 8; }));
  client.reset();
  const int at_kill = notes(file);
  const auto rest = wait_for_rest(file);
  const int in_vain = notes(file) - at_kill;
  print_storm("client, kill -9, lease 3 s",
              "its calls stopped after " + std::to_string(rest.count()) + " s; " + std::to_string(in_vain) +
                  " of 68 in the broker ran in vain",
              "-", "-", "-");
  CHECK(in_vain < 60);
  ClusterExecutor cluster(group.options());
  CHECK(cluster.submit(count_slowly, group.file("next"), 0).result(1min) == 1);  // the node is free
}

TEST_CASE("storm: client, nodes and broker are killed", "[.][storm]") {
  constexpr int kills = 2;
  Cluster group;
  Nodes nodes = start_nodes(group, 3);
  auto options = group.options();
  options.lease = 3s;
  auto client = slow_client(options, group.file("other client"));
  ClusterExecutor cluster(group.options());
  let_broker_note_queues();
  Load load(cluster, group, 4000);
  for (int i = 0; i < kills; ++i) {
    load.wait_for((i + 1) / (kills + 1.0));
    nodes[0]->send_signal(SIGKILL);
    RabbitBroker::shared().kill();
    nodes[1]->send_signal(SIGKILL);
    client.reset();
    RabbitBroker::shared().start();
    RabbitBroker::shared().wait_until_ready();
    for (std::size_t each : {0u, 1u}) nodes[each] = &group.start_node(slots, some_ahead);
    replace_node(group, nodes[2]);
  }
  load.finish();
  print_storm("6 nodes, the broker twice, a client", "the other client went on", load);
  CHECK(load.lost() == 0);
  CHECK(load.ran_twice() <= kills * (max_unconfirmed(3) + 3 * slots) + 6 * slots);
}

TEST_CASE("storm: an operator closes all connections", "[.][storm]") {
  Cluster group;
  start_nodes(group, 2);
  ClusterExecutor cluster(group.options());
  Load load(cluster, group, 5000);
  load.wait_for(0.1);
  RabbitBroker::shared().control({"close_all_connections", "test"});
  load.finish();
  print_storm("all connections, closed by operator", "all connected again", load);
  CHECK(load.lost() == 0);
  CHECK(load.ran_twice() <= max_unconfirmed(2));
}

TEST_CASE("storm: the broker is short of memory", "[.][storm]") {
  Cluster group;
  start_nodes(group, 2);
  ClusterExecutor cluster(group.options());
  Load load(cluster, group, 5000);
  load.wait_for(0.1);
  RabbitBroker& broker = RabbitBroker::shared();
  broker.control({"set_vm_memory_high_watermark", "absolute", "20MB"});
  std::this_thread::sleep_for(3s);  // so long the fault lasts
  broker.control({"set_vm_memory_high_watermark", "0.4"});
  load.finish();
  print_storm("memory alarm of the broker", "all stood still, then went on", load);
  CHECK(load.lost() == 0);
  CHECK(load.ran_twice() == 0);
}

TEST_CASE("storm: a call lasts longer than the consumer timeout", "[.][storm]") {
  RabbitBroker broker(
      {.config = "consumer_timeout = 5000\n", .advanced = "[{rabbit,[{channel_tick_interval,1000}]}].\n"});
  Cluster group(broker.as("guest"));
  group.start_node(1, some_ahead);
  ClusterExecutor cluster(group.options());
  auto slow = cluster.submit(count_slowly, group.file("long"), 16'000);
  REQUIRE(eventually([&] { return slow.running(); }));
  std::vector<Future<int>> waiting;
  for (int i = 0; i < ahead; ++i)
    waiting.push_back(cluster.submit(count_slowly, group.file("waiting" + std::to_string(i)), 0));
  int lost = slow.result(1min) != 1;
  for (const auto& future : waiting) lost += future.result(1min) != 1;
  print_storm("16 s call, consumer timeout 5 s", "the channel was closed, the call ran on",
              std::to_string(lost), std::to_string(notes(group.file("long")) - 1), "-");
  CHECK(lost == 0);
  CHECK(notes(group.file("long")) == 1);
}

TEST_CASE("storm: the leader of three brokers is killed", "[.][storm]") {
  test::BrokerCluster brokers;
  Cluster group(brokers.as("guest"));
  start_nodes(group, 2);
  ClusterExecutor cluster(group.options());
  Load load(cluster, group, 4000);
  load.wait_for(0.4);
  brokers[0].kill();
  load.finish();
  print_storm("leader of three brokers, kill -9", "the next broker of the list took over", load);
  CHECK(load.lost() == 0);
  CHECK(load.ran_twice() <= max_unconfirmed(2) + 2 * slots);
}

TEST_CASE("storm: a host is cut off and another dies", "[.][storm]") {
  if (!can_make_networks()) return print_storm("hosts", "not run: needs root and ip(8)", "-", "-", "-");
  test::NetworkHosts hosts(4);
  RabbitBroker broker({.config = "heartbeat = 4\n", .address = hosts.outside()});
  Cluster group(broker.as("guest"));
  Nodes nodes;
  for (int i = 0; i < hosts.count(); ++i)
    nodes.push_back(&group.start_node(slots, {}, "/proc/self/exe", hosts.network(i)));
  ClusterExecutor cluster(group.options());
  Load load(cluster, group, 10'000, 12ms);
  load.wait_for(0.15);
  hosts.cut(0);
  load.wait_for(0.3);
  nodes[1]->send_signal(SIGKILL);
  load.wait_for(0.8);
  hosts.heal(0);
  load.finish();
  print_storm("4 hosts: one cut off, one killed", "the others went on; the first came back", load);
  CHECK(load.lost() == 0);
  CHECK(load.ran_twice() <= 4 * slots);
}

TEST_CASE("storm: three brokers are parted", "[.][storm]") {
  if (!can_make_networks())
    return print_storm("brokers parted", "not run: needs root and ip(8)", "-", "-", "-");
  test::NetworkHosts hosts(3);
  test::BrokerCluster brokers(&hosts);
  Cluster group(brokers.as("guest"));
  start_nodes(group, 2);
  ClusterExecutor cluster(group.options());
  Load load(cluster, group, 4000, 2ms);
  load.wait_for(0.3);
  for (const int other : {1, 2}) hosts.part(0, other);
  load.wait_for(0.8);
  for (const int other : {1, 2}) hosts.join(0, other);
  load.finish();
  print_storm("leader parted from two other brokers", "it paused; clients and nodes went to the next", load);
  CHECK(load.lost() == 0);
  CHECK(load.ran_twice() <= max_unconfirmed(2) + 2 * slots);
}
