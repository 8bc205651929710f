#pragma once

#include "posix/fd.hpp"
#include "support/temp_dir.hpp"

#include <spritefarm/cluster.hpp>

#include <sys/types.h>

#include <string>
#include <vector>

namespace spritefarm::test {

/// What differs between the brokers of tests.
struct BrokerSettings {
  std::string config = {};            ///< further lines of rabbitmq.conf
  std::string advanced = {};          ///< advanced.config
  std::string name = "sf@localhost";  ///< unique among brokers that share an epmd
  std::string address = "127.0.0.1";  ///< where it listens
  std::string network = {};           ///< the network namespace that it runs in (ip-netns(8)); empty: ours
  int epmd_port = 0;                  ///< 0: a free one
  bool runs_epmd = true;              ///< false: another epmd has that port
  std::string cookie = {};            ///< the secret that brokers of one cluster share; empty: its own
};

/// A port of loopback that is free now.
int free_port();

/// A real RabbitMQ broker as plain processes on free loopback ports, in a temporary folder, with nothing of
/// the system's own broker. It has the user guest, and the users client and node with the rights that
/// cluster.md gives them; each one's password is its name. If the test dies by any cause, so does the broker.
/// Throws std::runtime_error with the broker's log if it does not start.
class RabbitBroker {
 public:
  static bool is_installed();
  /// The broker of all tests of this program, started by the first of them. Each test uses a group of its
  /// own.
  static RabbitBroker& shared();

  explicit RabbitBroker(BrokerSettings settings = {});
  RabbitBroker(const RabbitBroker&) = delete;
  RabbitBroker& operator=(const RabbitBroker&) = delete;
  ~RabbitBroker();

  [[nodiscard]] Broker as(const std::string& user) const;
  /// The host and port of its URL.
  [[nodiscard]] std::string host() const;
  /// Over TLS. The certificate is for localhost, and signed by itself.
  [[nodiscard]] Broker encrypted(const std::string& host) const;
  /// Ends it by SIGKILL.
  void kill();
  /// The same broker again, with its data.
  void start();
  /// Waits until it answers.
  void wait_until_ready() const;
  /// Deletes the data of a broker that was killed.
  void delete_data();
  /// Runs rabbitmqctl, in seconds. Returns its output. Throws std::runtime_error if it fails.
  std::string control(std::vector<std::string> arguments) const;

 private:
  [[nodiscard]] std::vector<std::string> variables() const;

  const BrokerSettings m_settings;
  TempDir m_folder;
  int m_port = 0, m_tls_port = 0, m_epmd_port = 0, m_distribution_port = 0;
  pid_t m_guard = -1;  // leads the group of all its processes
  posix::Fd m_lifeline;
};

}  // namespace spritefarm::test
