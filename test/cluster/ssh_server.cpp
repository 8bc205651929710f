#include "cluster/ssh_server.hpp"

#include "cluster/rabbit_broker.hpp"
#include "support/file_tree.hpp"

#include <filesystem>
#include <stdexcept>

namespace spritefarm::test {
namespace {

constexpr const char* server_program = "/usr/sbin/sshd";

void make_key(const std::string& path) {
  const Outcome outcome = run({{"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path}});
  if (outcome.exit_status != 0) throw std::runtime_error("ssh-keygen failed: " + outcome.err);
}

}  // namespace

SshServer::SshServer(const std::string& path) {
  const std::string folder = m_folder.path(), port = std::to_string(free_port());
  for (const char* const key : {"/host", "/user"}) make_key(folder + key);
  std::filesystem::copy(folder + "/user.pub", folder + "/authorized");
  write_file(folder + "/server", "Port " + port + "\nListenAddress 127.0.0.1\nHostKey " + folder +
                                     "/host\nAuthorizedKeysFile " + folder +
                                     "/authorized\nStrictModes no\nUsePAM no\nPermitRootLogin yes\n"
                                     "PidFile none\nSetEnv PATH=" +
                                     path + ":/usr/bin:/bin\n");
  write_file(folder + "/client", "Host 127.0.0.1\nPort " + port + "\nIdentityFile " + folder +
                                     "/user\nUserKnownHostsFile " + folder +
                                     "/known\nStrictHostKeyChecking accept-new\n");
  // As the system's service does.
  std::error_code not_root;
  std::filesystem::create_directory("/run/sshd", not_root);
  m_server.emplace(Command{{server_program, "-D", "-e", "-f", folder + "/server"}});
  m_server->wait_for_message("Server listening");
}

}  // namespace spritefarm::test
