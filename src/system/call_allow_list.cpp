#include "system/call_allow_list.hpp"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <new>
#include <system_error>

namespace spritefarm::system {
namespace {

// What was seen in workers (strace), and what other versions of the C library and libcurl call instead.
constexpr std::array calls{
    // files
    "read", "write", "readv", "writev", "pread64", "pwrite64", "close", "lseek", "dup", "open", "openat",
    "newfstatat", "fstat", "stat", "lstat", "access", "faccessat", "faccessat2", "readlink", "readlinkat",
    "statx", "getdents64", "getcwd", "ftruncate", "flock", "rename", "renameat", "renameat2", "unlinkat",
    "unlink", "mkdirat", "fsync", "fdatasync", "umask", "fchmod", "utimensat", "fstatfs",
    // memory
    "mmap", "munmap", "mprotect", "mremap", "madvise", "brk",
    // events
    "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "epoll_pwait2", "poll", "ppoll", "eventfd2",
    "pipe2",
    // network
    "socketpair", "connect", "getsockname", "getpeername", "getsockopt", "setsockopt", "sendto", "recvfrom",
    "sendmsg", "recvmsg", "sendmmsg", "recvmmsg", "bind", "shutdown",
    // threads
    "futex", "set_robust_list", "rseq", "set_tid_address", "arch_prctl", "gettid", "sched_getaffinity",
    "sched_yield", "exit", "exit_group", "membarrier",
    // time
    "clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time",
    "restart_syscall",
    // signals of its own
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack",
    // questions
    "getpid", "getppid", "getuid", "geteuid", "getgid", "getegid", "sysinfo", "uname", "getrandom",
    "getrusage", "getcpu"};

void require(int code, const char* what) {
  if (code < 0) throw std::system_error(-code, std::generic_category(), what);
}

class Filter {
 public:
  explicit Filter(std::uint32_t otherwise) : m_context(::seccomp_init(otherwise)) {
    if (!m_context) throw std::bad_alloc();
  }

  /// A call that this libseccomp or this processor does not have is left out.
  void add(std::uint32_t action, const char* call, std::initializer_list<scmp_arg_cmp> arguments = {}) {
    const int number = ::seccomp_syscall_resolve_name(call);
    if (number < 0) return;
    require(::seccomp_rule_add_array(m_context.get(), action, number, static_cast<unsigned>(arguments.size()),
                                     arguments.begin()),
            "seccomp_rule_add");
  }
  void load() { require(::seccomp_load(m_context.get()), "seccomp_load"); }

 private:
  struct Release {
    void operator()(void* context) const noexcept { ::seccomp_release(context); }
  };
  std::unique_ptr<void, Release> m_context;
};

scmp_arg_cmp equals(unsigned argument, std::uint64_t value) {
  return {argument, SCMP_CMP_EQ, value, 0};
}
scmp_arg_cmp equals_in(unsigned argument, std::uint64_t mask, std::uint64_t value) {
  return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

}  // namespace

bool has_seccomp() noexcept {
  const std::uint32_t action = SECCOMP_RET_ERRNO;
  return ::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

void allow_needed_calls(bool kills) {
  Filter filter(kills ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ERRNO(EPERM));
  for (const char* call : calls) filter.add(SCMP_ACT_ALLOW, call);

  // Threads, but no processes. The filter cannot see the flags of clone3; without it, clone is called.
  filter.add(SCMP_ACT_ERRNO(ENOSYS), "clone3");
  filter.add(SCMP_ACT_ALLOW, "clone", {equals_in(0, CLONE_THREAD, CLONE_THREAD)});

  // No raw sockets. The local ones that a path names are no part of what Landlock restricts: a resolver that
  // finds no daemon asks the network itself.
  constexpr std::uint64_t type_mask = 0xf;
  for (const std::uint64_t family : {AF_INET, AF_INET6})
    for (const std::uint64_t type : {SOCK_STREAM, SOCK_DGRAM})
      filter.add(SCMP_ACT_ALLOW, "socket", {equals(0, family), equals_in(1, type_mask, type)});
  filter.add(SCMP_ACT_ALLOW, "socket",
             {equals(0, AF_NETLINK), equals(2, 0)});  // the routes, of getaddrinfo()
  filter.add(SCMP_ACT_ERRNO(EACCES), "socket", {equals(0, AF_UNIX)});

  // Not to be the owner of a file's signals, nor to type into a terminal.
  for (const std::uint64_t command :
       {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK})
    filter.add(SCMP_ACT_ALLOW, "fcntl", {equals(1, command)});
  for (const std::uint64_t command : {TCGETS, FIONREAD, FIONBIO, TIOCGWINSZ})
    filter.add(SCMP_ACT_ALLOW, "ioctl", {equals(1, command)});

  // Whether a thread exists; and to end oneself.
  filter.add(SCMP_ACT_ALLOW, "kill", {equals(1, 0)});
  filter.add(SCMP_ACT_ALLOW, "tgkill", {equals(0, static_cast<std::uint64_t>(::getpid()))});
  filter.add(SCMP_ACT_ALLOW, "prlimit64", {equals(0, 0), equals(2, 0)});  // to ask for its own limits
  constexpr std::uint64_t name_memory = 0x53564d41;                       // PR_SET_VMA
  for (const std::uint64_t option : {std::uint64_t{PR_SET_NAME}, std::uint64_t{PR_GET_NAME}, name_memory})
    filter.add(SCMP_ACT_ALLOW, "prctl", {equals(0, option)});
  filter.load();
}

}  // namespace spritefarm::system
