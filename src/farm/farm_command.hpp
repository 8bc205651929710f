#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace spritefarm::farm {

/// A server that lives as long as `keeper`.
struct RunningMirror {
  std::string base_url;
  std::shared_ptr<void> keeper;
};

/// What of the program belongs to layers that this one does not know; main() has it.
struct ProgramParts {
  using Command = std::function<int(int argc, char** argv)>;
  std::map<std::string, Command> commands;  ///< sub-commands by name, which is their argv[0]
  /// For --demo, with how long it waits before each response; called before anything is forked or threaded.
  std::function<RunningMirror(std::chrono::milliseconds latency)> start_mirror;
};

/// The whole program: runs a sub-command, or farms. Its result is the process's exit status; see
/// exit_status.hpp.
int spritefarm_command(int argc, char** argv, const ProgramParts& parts);

}  // namespace spritefarm::farm
