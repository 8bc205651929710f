#pragma once

#include <sys/types.h>

#include <functional>

namespace spritefarm::posix {

/// Forks a child that runs `body` and leaves by _exit with what it returns; an exception is written to
/// standard error and becomes exit code 70. The calling process should have one thread. Gives the child's
/// pid. Throws std::system_error when the system refuses.
pid_t fork_child(const std::function<int()>& body);

/// As fork(), in a process that fork_child() has forked: returns in both processes, 0 in the child. The child leaves as its
/// parent would. Throws std::system_error when the system refuses.
pid_t fork_here();

pid_t current_pid() noexcept;

/// How many forks lie between the program's first process and this one: what was made at another number belongs to
/// another process. Costs no system call.
unsigned fork_generation() noexcept;

/// Waits for a child of this process to end; silent when there is none of that number.
void wait_for_end(pid_t child) noexcept;

/// In a child: asks the kernel for SIGKILL when the process (rather the thread) that forked it ends, and
/// leaves at once if that has happened already.
void die_with_parent(pid_t parent) noexcept;

/// In a child: makes it the leader of a process group of its own, so that what it forks can be found, and
/// what the terminal sends to the coordinator's group (Ctrl-C) does not reach it.
void lead_own_group(pid_t child = 0) noexcept;

/// Lets the system forget children of this process as they end: it need not, and cannot, wait for them.
void leave_children_to_the_system() noexcept;

/// In a child: gives signals that the host program may handle the meaning that a worker needs: SIGINT is
/// ignored, SIGTERM ends, SIGCHLD lets children be waited for, and none is blocked.
void set_worker_signals() noexcept;

}  // namespace spritefarm::posix
