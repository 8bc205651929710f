#pragma once

#include "base/cluster_api.hpp"

#include <sys/types.h>

#include <functional>

namespace spritefarm::posix {

/// Forks a child that runs `body` and calls _exit() with its result. An exception is written to standard
/// error and gives exit code 70. The calling process should have one thread. Returns the pid of the child.
/// Throws std::system_error if the fork fails.
pid_t fork_child(const std::function<int()>& body);

/// As fork(), in a process that fork_child() has forked: returns in both processes, 0 in the child. The child
/// leaves as its parent would. Throws std::system_error if the system refuses.
pid_t fork_here();

/// The pid of the calling process.
SPRITEFARM_CLUSTER_API pid_t current_pid() noexcept;

/// The number of forks between the first process of the program and this one. An object that was created
/// under another number belongs to another process. Makes no system call.
SPRITEFARM_CLUSTER_API unsigned fork_generation() noexcept;

/// Waits for the end of a child of this process and reaps it. Does nothing if there is no such child.
void wait_for_end(pid_t child) noexcept;

/// In a child: asks the kernel to send SIGKILL when the thread that forked it ends. Exits at once if the
/// parent has ended already.
void die_with_parent(pid_t parent) noexcept;

/// Makes a child, or the calling process if 0, the leader of a new process group. So its descendants can be
/// killed with it, and signals of the terminal (Ctrl-C) do not reach it.
void lead_own_group(pid_t child = 0) noexcept;

/// Lets the kernel reap the children of this process: it need not, and cannot, wait for them.
void auto_reap_children() noexcept;

/// In a child: replaces the signal settings of the host program. Ignores SIGINT, sets SIGTERM and SIGCHLD to
/// their defaults and unblocks all signals.
void set_worker_signals() noexcept;

}  // namespace spritefarm::posix
