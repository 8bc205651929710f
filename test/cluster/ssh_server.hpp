#pragma once

#include "support/program.hpp"
#include "support/subprocess.hpp"
#include "support/temp_dir.hpp"

#include <optional>
#include <string>

namespace spritefarm::test {

/// A running sshd on loopback, at which this user can log in by a key, and where `spritefarm` is the program
/// under test. The destructor ends it. Throws std::runtime_error if it does not start.
class SshServer {
 public:
  /// `path`: where it finds programs besides the system's.
  explicit SshServer(const std::string& path = program_path().parent_path().string());

  /// The ssh command that logs in there, for $SPRITEFARM_SSH.
  [[nodiscard]] std::string command() const { return "ssh -F " + std::string(m_folder / "client"); }

 private:
  TempDir m_folder;
  std::optional<Subprocess> m_server;
};

}  // namespace spritefarm::test
