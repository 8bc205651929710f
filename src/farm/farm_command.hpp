#pragma once

#include "farm/run_cluster.hpp"
#include "farm/running_mirror.hpp"

#include <functional>
#include <map>
#include <string>

namespace spritefarm::farm {

/// What of the program belongs to layers that this one does not know; main() has it.
struct ProgramParts {
  using Command = std::function<int(int argc, char** argv)>;
  std::map<std::string, Command> commands;  ///< sub-commands by name, which is their argv[0]
  /// For --demo.
  StartMirror start_mirror;
  /// For --cluster. Null if this build has no cluster support.
  ConnectCluster connect_cluster{};
};

/// The whole program: runs a sub-command, or farms. Its result is the process's exit status; see
/// exit_status.hpp.
int spritefarm_command(int argc, char** argv, const ProgramParts& parts);

}  // namespace spritefarm::farm
