#pragma once

#include "posix/fd.hpp"
#include "support/temp_dir.hpp"

#include <spritefarm/cluster.hpp>

#include <sys/types.h>

#include <string>

namespace spritefarm::test {

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

  RabbitBroker();
  RabbitBroker(const RabbitBroker&) = delete;
  RabbitBroker& operator=(const RabbitBroker&) = delete;
  ~RabbitBroker();

  [[nodiscard]] Broker as(const std::string& user) const;
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

 private:
  TempDir m_folder;
  int m_port = 0, m_tls_port = 0, m_epmd_port = 0, m_distribution_port = 0;
  pid_t m_guard = -1;  // leads the group of all its processes
  posix::Fd m_lifeline;
};

}  // namespace spritefarm::test
