#include "posix/child_exit.hpp"

#include "posix/check.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <fstream>

namespace spritefarm::posix {
namespace {

std::chrono::microseconds duration_of(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

}  // namespace

std::optional<ChildExit> reap(pid_t child) noexcept {
  int status = 0;
  rusage usage{};
  if (retry_on_signal([&] { return ::wait4(child, &status, 0, &usage); }) < 0) return std::nullopt;
  return ChildExit{.pid = child,
                   .signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0,
                   .exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 0,
                   .cpu = duration_of(usage.ru_utime) + duration_of(usage.ru_stime),
                   .peak_memory_kib = usage.ru_maxrss,
                   .context_switches = usage.ru_nvcsw + usage.ru_nivcsw};
}

std::optional<ChildExit> reap_with_group(pid_t child) noexcept {
  // Kills the group before its leader leaves the process table, so that the id still belongs to this group.
  siginfo_t ended{};
  if (retry_on_signal([&] { return ::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT); }) <
      0)
    return std::nullopt;
  kill_group(child);
  return reap(child);
}

void signal_group(pid_t group, int signal) noexcept {
  if (group > 1) ::kill(-group, signal);
}

void adopt_descendants() noexcept {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

void end_adopted_children(const std::function<bool(pid_t)>& is_known) {
  constexpr int max_generations = 1000;  // of processes that fork as fast as they are killed
  for (int generation = 0; generation < max_generations; ++generation) {
    std::ifstream children("/proc/thread-self/children");
    bool is_done = true;
    for (pid_t child = 0; children >> child;) {
      if (is_known(child)) continue;
      is_done = false;
      ::kill(child, SIGKILL);
      reap(child);
    }
    if (is_done) return;
  }
}

void kill_group(pid_t group) noexcept {
  signal_group(group, SIGKILL);
}

}  // namespace spritefarm::posix
