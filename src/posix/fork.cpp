#include "posix/fork.hpp"

#include "base/exception_text.hpp"
#include "base/message.hpp"
#include "posix/check.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <string>

namespace spritefarm::posix {
namespace {

constexpr int internal_error = 70;  // EX_SOFTWARE

unsigned generation = 0;
/// Before the constructors of other files, which may fork or create an executor.
[[gnu::constructor(101)]] void count_forks() {
  ::pthread_atfork(nullptr, nullptr, [] { ++generation; });
}

void flush_output() {
  const std::ios_base::Init streams;  // they may not exist yet before main()
  std::cout.flush();
  std::cerr.flush();
  std::fflush(nullptr);
}

}  // namespace

pid_t fork_here() {
  flush_output();  // else the child would write the buffered output a second time
  const pid_t pid = ::fork();
  if (pid < 0) throw_errno("fork a process");
  return pid;
}

pid_t fork_child(const std::function<int()>& body) {
  const pid_t pid = fork_here();
  if (pid > 0) return pid;
  int code = internal_error;
  try {
    code = body();
  } catch (...) {
    report_message(
        {"process ", std::to_string(::getpid()), " ends: ", exception_text(std::current_exception())});
  }
  flush_output();
  ::_exit(code);
}

pid_t current_pid() noexcept {
  return ::getpid();
}

unsigned fork_generation() noexcept {
  return generation;
}

void wait_for_end(pid_t child) noexcept {
  retry_on_signal([child] { return ::waitpid(child, nullptr, 0); });
}

void die_with_parent(pid_t parent) noexcept {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(internal_error);
}

void lead_own_group(pid_t child) noexcept {
  ::setpgid(child, child);
}

void auto_reap_children() noexcept {
  ::signal(SIGCHLD, SIG_IGN);
}

void set_worker_signals() noexcept {
  ::signal(SIGINT, SIG_IGN);
  ::signal(SIGTERM, SIG_DFL);
  ::signal(SIGCHLD, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

}  // namespace spritefarm::posix
