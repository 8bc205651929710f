#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

/// Information on processes from /proc.
namespace spritefarm::test {

struct ProcessState {
  std::string name;   ///< of its main thread
  char letter = 'X';  ///< as in proc(5); X if the process does not exist
  pid_t parent = 0;
};
ProcessState state_of(pid_t process);
/// False for a process that does not exist and for a zombie, which an init that does not reap may leave.
bool is_alive(pid_t process);
/// The children of a process, including zombies.
std::vector<pid_t> children_of(pid_t parent);
/// The first child of this name, or 0.
pid_t child_named(pid_t parent, const std::string& name);
/// The children of a process, their children, and so on.
std::vector<pid_t> descendants_of(pid_t ancestor);
/// All processes that started with this "NAME=VALUE" in their environment.
std::vector<pid_t> processes_with(const std::string& variable);
/// The number of tasks (threads) of a process; 0 if it does not exist.
int tasks_of(pid_t process);
/// The resident memory of a process (VmRSS) in KiB; 0 if it does not exist.
long resident_kib(pid_t process);
/// The lines of a file below /proc/self, such as "maps".
std::vector<std::string> proc_self_lines(const std::string& file);
/// The names in a directory, such as "/proc/self/fd", in order; empty if it does not exist.
std::vector<std::string> names_in(const std::string& directory);

}  // namespace spritefarm::test
