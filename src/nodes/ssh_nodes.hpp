#pragma once

#include "nodes/piped_broker.hpp"
#include "system/started_program.hpp"

#include <string>
#include <vector>

namespace spritefarm::nodes {

/// Nodes on other machines that ssh(1) starts, and that end with this object or with this process:
///
///     this process ── pipe ──▶ ssh ──▶ sshd ──▶ spritefarm node --stdin
///
/// The broker's address and password go through the pipe, so that no list of processes shows them. A node
/// leaves when the pipe is closed. $SPRITEFARM_SSH is the command instead of ssh, with options, separated by
/// spaces. Owned by the FarmCluster, and used by one thread at a time.
class SshNodes {
 public:
  struct Settings {
    std::vector<std::string> hosts;  ///< as for ssh: HOST or USER@HOST
    PipedBroker broker;
    std::string group;
  };
  /// Throws std::invalid_argument for what cannot go through the pipe, and std::system_error if no process
  /// can be started.
  explicit SshNodes(const Settings& settings);
  SshNodes(const SshNodes&) = delete;
  SshNodes& operator=(const SshNodes&) = delete;
  /// Lets the nodes leave. Ends each ssh that has not ended within some seconds.
  ~SshNodes();

  /// Of each ssh that has ended since the call before: why, for the user.
  std::vector<std::string> failures();
  /// The last line that each of the others has written, with its host.
  std::string last_lines();
  [[nodiscard]] bool have_all_ended() const noexcept { return m_sessions.empty(); }

 private:
  struct Session {
    std::string host;
    system::StartedProgram ssh;
  };

  std::vector<Session> m_sessions;
};

}  // namespace spritefarm::nodes
