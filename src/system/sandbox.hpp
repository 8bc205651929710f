#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace spritefarm::system {

/// What a process may still do after confine().
struct SandboxRules {
  std::vector<std::string> writable{};  ///< directories below which files may be made, replaced and removed
  std::vector<std::string>
      readable{};  ///< files, and directories with all that is below; a missing one is none
  std::vector<std::uint16_t> ports{};  ///< to which TCP may connect; empty: all
  bool kills = false;                  ///< a refused system call kills the process, instead of EPERM
};

/// What this kernel, and the container around this process, offer for confine().
struct SandboxSupport {
  int landlock_version = 0;  ///< of its ABI; 0: none
  bool has_seccomp = false;

  [[nodiscard]] bool is_none() const noexcept { return landlock_version == 0 && !has_seccomp; }
  /// "landlock 7, seccomp"; "none".
  [[nodiscard]] std::string text() const;
};
SandboxSupport sandbox_support() noexcept;

/// The files that resolving names, TLS and the C library read on a usual system.
std::vector<std::string> files_of_the_network();

/// Gives up, for ever, what the calling process does not need to fetch and to write files: other files
/// (Landlock), and system calls such as execve, fork, ptrace, kill and mount (seccomp). As far as the kernel
/// offers it, see sandbox_support(). Call it in a process with one thread, before it reads what strangers
/// send. Throws std::system_error if the kernel offers it and refuses.
void confine(const SandboxRules& rules);

}  // namespace spritefarm::system
