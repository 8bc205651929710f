#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

/// What /proc tells of processes.
namespace spritefarm::test {

struct ProcessState {
  std::string name;   ///< of its first thread
  char letter = 'X';  ///< as in proc(5); X for one that is no more
  pid_t parent = 0;
};
ProcessState state_of(pid_t process);
/// False for one that is gone, or a zombie, which may be left to an init that reaps nobody.
bool is_alive(pid_t process);
/// The processes that this one has forked and that exist still, zombies too.
std::vector<pid_t> children_of(pid_t parent);
/// The first of them that has this name, or 0.
pid_t child_named(pid_t parent, const std::string& name);
/// The same, with their children, and so on.
std::vector<pid_t> descendants_of(pid_t ancestor);
/// All processes, whoever forked them, that began with this "NAME=VALUE" in their environment.
std::vector<pid_t> processes_with(const std::string& variable);
/// How many tasks (threads) it has; 0: it is gone.
int tasks_of(pid_t process);
/// In KiB; 0: it is gone.
long resident_kib(pid_t process);
/// The lines of one of this process's own files, or the names in one of its directories, such as "maps" and "fd".
std::vector<std::string> proc_self_lines(const std::string& file);
std::vector<std::string> names_in(const std::string& directory);

}  // namespace spritefarm::test
