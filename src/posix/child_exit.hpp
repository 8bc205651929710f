#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>

namespace spritefarm::posix {

/// How a child process ended, and its resource usage, which includes the descendants that it has waited for.
struct ChildExit {
  pid_t pid = 0;
  int signal = 0;     ///< the signal that ended the process; 0: the process exited
  int exit_code = 0;  ///< valid if signal is 0
  std::chrono::microseconds cpu{0};
  long peak_memory_kib = 0;
  long context_switches = 0;
};

/// Waits for the end of a child of the calling process and reaps it. None if there is no such child.
std::optional<ChildExit> reap(pid_t child) noexcept;

/// The same for the leader of a process group. Kills the remaining processes of the group first.
std::optional<ChildExit> reap_with_group(pid_t child) noexcept;

/// Sends SIGKILL to all processes of a group, if there are any.
void kill_group(pid_t group) noexcept;

}  // namespace spritefarm::posix
