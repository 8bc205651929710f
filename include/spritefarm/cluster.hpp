#pragma once

/// The executor for many machines. futures.hpp does not include this header, because it belongs to a library
/// of its own, libspritefarm-cluster (pkg-config spritefarm-cluster, CMake spritefarm::cluster), which needs
/// librabbitmq.
///
///     #include <spritefarm/cluster.hpp>
///
///     int main(int argc, char** argv) {
///       if (const auto status = spritefarm::node_main(argc, argv)) return *status;
///       spritefarm::ClusterExecutor cluster;  // of the broker in $SPRITEFARM_BROKER
///       return cluster.submit([](int a, int b) { return a + b; }, 1, 2).result() == 3 ? 0 : 1;
///     }
///
/// On each machine, `PROGRAM --spritefarm-node` runs the calls. share/doc/spritefarm/cluster.md tells how to
/// set it up, and what is guaranteed.

#include <spritefarm/detail/visibility.hpp>
#include <spritefarm/duration.hpp>
#include <spritefarm/errors.hpp>
#include <spritefarm/executor.hpp>
#include <spritefarm/initializer.hpp>
#include <spritefarm/process_pool_executor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace SPRITEFARM_API spritefarm {

/// The RabbitMQ broker of a cluster, and how to log in to it. Source: the broker URL of Celery.
struct Broker {
  /// `amqps://USER@HOST:PORT/VHOST`, or amqp:// without encryption, for this machine and networks that are
  /// trusted. Several brokers of one RabbitMQ cluster: a list with commas. They are tried in turn. Empty:
  /// $SPRITEFARM_BROKER.
  std::string url = {};
  /// Empty: $SPRITEFARM_BROKER_PASSWORD, or else the first line of the file $SPRITEFARM_BROKER_PASSWORD_FILE,
  /// or else the password in the URL. A password in the arguments of a program shows in ps(1).
  std::string password = {};
  /// A PEM file with the certificate authority of the broker. Empty: those of the system.
  std::string cacert = {};
  /// A PEM file with a client certificate, if the broker asks for one.
  std::string certificate = {};
  /// A PEM file with the key of that certificate.
  std::string key = {};
  /// A connection that is silent for twice this time is lost. At least a second.
  std::chrono::seconds heartbeat = std::chrono::seconds(10);
};

/// The same broker with the address and the password that the environment gives, where they are empty. Throws
/// std::runtime_error if the password file cannot be read.
Broker with_environment(Broker broker);

/// Options of ClusterExecutor.
struct ClusterExecutorOptions {
  /// Which broker, and how to log in to it.
  Broker broker = {};
  /// Nodes of the same group and of the same build share the calls. At most 64 letters, digits, '-' and '_'.
  std::string group = "default";
  /// Called in each worker process before its first call of this executor. It must be able to cross to
  /// another process. If it throws, the calls throw BrokenCluster.
  Initializer initializer = {};
  /// Calls in the broker at most. Further ones wait here, where they can be cancelled.
  int max_outstanding = 1000;
  /// The same, counted in bytes of encoded calls.
  std::size_t max_outstanding_bytes = std::size_t{64} << 20;
  /// The future of a larger call, or of one with a larger result, throws CodecError.
  std::size_t max_call_bytes = std::size_t{16} << 20;
  /// A node that has been silent for so long is lost.
  std::chrono::seconds node_timeout = std::chrono::seconds(15);
  /// If this program is away for so long, its calls are dropped.
  std::chrono::seconds lease = std::chrono::seconds(60);
  /// If the broker is away for so long, the executor is broken.
  std::chrono::seconds patience = std::chrono::seconds(300);
  /// How to start a node, for the message that there is none. Empty: this program with --spritefarm-node.
  std::string node_command = {};
};

/// The node that had started the call was lost, and the call has no retries left. how() is empty.
class NodeLost : public WorkerDied {
 public:
  /// Of the node with this name.
  explicit NodeLost(std::string node);
  /// The name of the node. Empty if none had started the call: it was lost too often on its way.
  [[nodiscard]] const std::string& node() const noexcept { return m_node; }
  /// The reason, with the node's name.
  [[nodiscard]] const char* what() const noexcept override { return m_what.c_str(); }

 private:
  std::string m_node;
  std::string m_what;
};

/// The broker refuses the program or is away for too long, or may have run a call that must not run twice.
/// what() has the broker's words.
class BrokenCluster : public BrokenExecutor {
 public:
  using BrokenExecutor::BrokenExecutor;
};

/// A node of the cluster, as its last message told.
struct NodeInfo {
  std::string name;                ///< unique in the group
  std::string host;                ///< the name of its machine
  int slots = 0;                   ///< calls that it runs at the same time
  int busy = 0;                    ///< calls that it runs now, of all clients
  std::uint64_t done = 0;          ///< calls that it has run
  std::chrono::milliseconds seen;  ///< time since its last message
  std::string status;              ///< what NodeOptions::status returned there; empty if there is none
};

/// Runs calls on the nodes of a cluster: processes on any machines that run the same build of this program
/// (see node_main()) and the same group. RabbitMQ queues the calls. The constructor forks nothing and starts
/// one thread.
///
/// What can be sent to a ProcessPoolExecutor can be sent to the cluster, except functions of shared
/// libraries, which other machines may have in another version: their futures throw CodecError.
/// TaskOptions::retries counts deaths of workers and losses of nodes together. With 0 retries, a call is
/// started at most once, with the exceptions that cluster.md lists. cancel() succeeds until a call is sent to
/// the broker, terminate() always. When the program ends by any cause, its calls are dropped within `lease`.
/// A message costs more than a short call: set MapOptions::chunksize of map() to at least 100 for those.
///
/// Any thread may call any member. The destructor waits for all calls. Source: distributed.Client of Dask.
class ClusterExecutor final : public RemoteExecutor {
 public:
  /// Connects. Throws BrokenCluster if the broker cannot be reached or refuses (a wrong password, an unknown
  /// vhost, a certificate), std::invalid_argument for an option out of range or an initializer that cannot
  /// cross, and std::system_error.
  explicit ClusterExecutor(ClusterExecutorOptions options = {});
  ~ClusterExecutor() override;

  /// The nodes of this group and build that have sent a message within node_timeout, by name.
  [[nodiscard]] std::vector<NodeInfo> nodes() const;
  /// Waits until there are `count` nodes. Throws TimeoutError, whose text names the builds of the nodes of
  /// this group that are there instead. Source: distributed.Client.wait_for_workers.
  void wait_for_nodes(int count, Duration timeout);
  /// How many executions of this executor's calls were lost at each node, by its name: workers that died, and
  /// calls that ran when the node was lost.
  [[nodiscard]] std::map<std::string, std::uint64_t> deaths() const;

  /// Sends `message`, of at most 60,000 bytes, to the nodes of this group and build that are connected: their
  /// NodeOptions::on_announcement gets it, in the order of the calls of this function. It is lost if the
  /// connection ends before. Throws std::invalid_argument if the message is too long. Source: Client.run of
  /// Dask, without an answer.
  void announce(std::string message);

  /// As Executor::shutdown(). `cancel_futures` cancels the calls that have not been sent to the broker.
  void shutdown(bool wait = true, bool cancel_futures = false) override;

 private:
  [[nodiscard]] bool crosses_machines() const noexcept override { return true; }
  void schedule(std::shared_ptr<detail::Call> call) override;

  class Client;
  std::shared_ptr<Client> m_client;
};

/// Options of run_node().
struct NodeOptions {
  /// Which broker, and how to log in to it.
  Broker broker = {};
  /// As ClusterExecutorOptions::group.
  std::string group = "default";
  /// Unique in the group. Empty: the name of the host and the process id.
  std::string name = {};
  /// The pool that runs the calls. max_workers × worker_concurrency calls run at the same time: the node's
  /// slots. on_worker_death is ignored: the clients decide.
  ProcessPoolExecutorOptions pool = {};
  /// Calls that may wait at this node besides, so that its workers need not wait for the network. For many
  /// short calls; another node cannot take them.
  int ahead = 0;
  /// What this node tells clients of itself: NodeInfo::status. At most 60,000 bytes, a longer one is not
  /// sent. Called several times a second on the thread of run_node(); a change is sent at once.
  std::function<std::string()> status = {};
  /// Gets what clients announce(), on the thread of run_node(). What it throws is ignored.
  std::function<void(const std::string& message)> on_announcement = {};
  /// A descriptor of a pipe or socket, which stays open here: the node leaves as at SIGTERM when the other
  /// end is closed. What comes from there is read and ignored. -1: there is none.
  int lifeline = -1;
};

/// Runs the calls of other machines until SIGTERM, SIGINT or SIGHUP. Then it takes no more, gives back what
/// waits and finishes what runs; a second signal ends it at once. Connects again, for ever, if the broker is
/// away. Call it before the program starts threads: it forks a process pool. Returns an exit status: 0, or 1
/// after a message on standard error. Throws std::invalid_argument and what ProcessPoolExecutor throws.
/// Source: the `celery worker` command.
int run_node(NodeOptions options);

/// Makes a program its own node. If the first argument is --spritefarm-node, runs a node and returns its exit
/// status, else does nothing and returns none. Further arguments:
///
///     --group NAME      [default]
///     --name NAME       [host and process id]
///     --processes N     workers [the number of processors]
///     --concurrency N   coroutines in flight in each worker [1]
///     --ahead N         calls that wait here besides [0]
///
/// $SPRITEFARM_BROKER and its companions tell the broker (see Broker). Call it first in main().
std::optional<int> node_main(int argc, char** argv);

}  // namespace spritefarm
