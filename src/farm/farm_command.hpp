#pragma once

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
};

/// The whole program: runs a sub-command, or farms. Its result is the process's exit status; see
/// exit_status.hpp.
int spritefarm_command(int argc, char** argv, const ProgramParts& parts);

}  // namespace spritefarm::farm
