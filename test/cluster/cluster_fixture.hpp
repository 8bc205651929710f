#pragma once

#include "cluster/rabbit_broker.hpp"
#include "support/subprocess.hpp"
#include "support/temp_dir.hpp"

#include <spritefarm/cluster.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace spritefarm::test {

/// A group of its own at the shared broker, or at any other, and node processes in it.
class Cluster {
 public:
  explicit Cluster(const std::string& user = "guest");
  explicit Cluster(Broker broker);

  /// Starts a node of this build, or of the program at `path`, in the network namespace `network` if there is
  /// one, and waits until it is connected.
  Subprocess& start_node(int processes = 2, std::vector<std::string> arguments = {},
                         const std::string& path = "/proc/self/exe", const std::string& network = {});
  /// Of a client that logs in as `user` if the broker is the shared one.
  [[nodiscard]] ClusterExecutorOptions options(const std::string& user = "guest") const;

  /// A file in which calls note that they run.
  [[nodiscard]] std::string file(const std::string& name) const { return m_folder / name; }

 private:
  bool m_is_shared = true;
  Broker m_broker;  // of the nodes
  std::string m_group;
  TempDir m_folder;
  std::vector<std::unique_ptr<Subprocess>> m_nodes;
};

/// The path of a program of test/cluster/programs.
std::string cluster_program(const std::string& name);

/// Appends a byte to a file, from any process.
void note(const std::string& file);
/// How often note() was called.
int notes(const std::string& file);
/// Waits, in a call, until the file exists.
void wait_for(const std::string& file);

}  // namespace spritefarm::test
