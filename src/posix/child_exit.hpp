#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>

namespace spritefarm::posix {

/// How a child process ended, and what it cost, together with those of its descendants that it has waited for.
struct ChildExit {
  pid_t pid = 0;
  int signal = 0;  ///< that killed it; 0 if it left by itself
  int exit_code = 0;
  std::chrono::microseconds cpu{0};
  long peak_memory_kib = 0;
  long context_switches = 0;
};

/// Waits for a child of the calling process to end and takes it out of the process table. None if there is no such child.
std::optional<ChildExit> reap(pid_t child) noexcept;

/// The same. Before, kills what is left of the process group that the child led.
std::optional<ChildExit> reap_with_group(pid_t child) noexcept;

/// Sends SIGKILL to all processes of a group, if there are any.
void kill_group(pid_t group) noexcept;

}  // namespace spritefarm::posix
