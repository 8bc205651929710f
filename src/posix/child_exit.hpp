#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
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

/// Sends a signal to all processes of a group, if there are any.
void signal_group(pid_t group, int signal) noexcept;
/// Makes this process the parent of its descendants whose own parent ends.
void adopt_descendants() noexcept;

/// Kills and reaps the children of this thread that `is_known` denies, and theirs, which come to it by that.
/// Does nothing without /proc.
void end_adopted_children(const std::function<bool(pid_t)>& is_known);

/// Sends SIGKILL to all processes of a group, if there are any.
void kill_group(pid_t group) noexcept;

}  // namespace spritefarm::posix
