#include "system/sandbox.hpp"

#include "net/http_client.hpp"
#include "support/catch.hpp"
#include "support/file_tree.hpp"
#include "support/nginx_server.hpp"
#include "support/sanitizers.hpp"
#include "support/scripted_server.hpp"
#include "support/temp_dir.hpp"
#include "system/atomic_file.hpp"

#include <spritefarm/futures.hpp>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <functional>
#include <memory>
#include <string>
#include <vector>

using namespace spritefarm;
using system::SandboxRules;

namespace {

int connect_to(int family, int port) {
  const int fd = ::socket(family, SOCK_STREAM, 0);
  if (fd < 0) return -1;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

/// What a worker that runs a stranger's code would try. `victim` is the coordinator, `home` a directory of
/// the user's. Returns what was not refused.
std::vector<std::string> attack(int victim, std::string home, std::string output, int port,
                                bool has_landlock) {
  std::vector<std::string> done;
  const auto try_it = [&](const char* what, long result) {
    const bool is_refused = result < 0 && (errno == EPERM || errno == EACCES || errno == ENOSYS);
    if (!is_refused)
      done.push_back(std::string(what) + (result < 0 ? ", errno " + std::to_string(errno) : ""));
  };
  static std::array<char, 64> memory{};
  iovec local{memory.data(), memory.size()}, remote = local;
  const std::string secret = home + "/secret", other = home + "/other";
  if (has_landlock) {
    try_it("read /etc/shadow", ::open("/etc/shadow", O_RDONLY));
    try_it("read a file of the user", ::open(secret.c_str(), O_RDONLY));
    try_it("list a directory of the user", ::open(home.c_str(), O_RDONLY | O_DIRECTORY));
    try_it("write a file of the user", ::open(secret.c_str(), O_WRONLY));
    try_it("make a file of the user", ::open(other.c_str(), O_WRONLY | O_CREAT, 0600));
    try_it("remove a file of the user", ::unlink(secret.c_str()));
    try_it("move a file to the user", ::rename((output + "/file").c_str(), other.c_str()));
    try_it("read the coordinator's memory",
           ::open(("/proc/" + std::to_string(victim) + "/mem").c_str(), O_RDONLY));
    try_it("read the coordinator's environment",
           ::open(("/proc/" + std::to_string(victim) + "/environ").c_str(), O_RDONLY));
    if (system::sandbox_support().landlock_version >= 4)
      try_it("connect to another port", connect_to(AF_INET, port));
  }
  try_it("process_vm_readv", ::process_vm_readv(victim, &local, 1, &remote, 1, 0));
  try_it("ptrace", ::ptrace(PTRACE_SEIZE, victim, nullptr, nullptr));
  try_it("pidfd_open", ::syscall(SYS_pidfd_open, victim, 0));
  try_it("pidfd_getfd", ::syscall(SYS_pidfd_getfd, 0, 1, 0));
  try_it("kill", ::kill(victim, SIGCONT));
  try_it("tgkill", ::syscall(SYS_tgkill, victim, victim, SIGCONT));
  try_it("rt_sigqueueinfo", ::syscall(SYS_rt_sigqueueinfo, victim, SIGCONT, nullptr));
  try_it("prlimit", ::syscall(SYS_prlimit64, victim, RLIMIT_NOFILE, nullptr, memory.data()));
  try_it("fork", ::fork());
  try_it("clone3", ::syscall(SYS_clone3, memory.data(), memory.size()));
  try_it("execve", ::execl("/bin/true", "true", nullptr));
  try_it("setsid", ::setsid());
  try_it("raw socket", ::socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
  try_it("packet socket", ::socket(AF_PACKET, SOCK_RAW, 0));
  try_it("local socket", ::socket(AF_UNIX, SOCK_STREAM, 0));
  try_it("io_uring", ::syscall(SYS_io_uring_setup, 1, memory.data()));
  try_it("bpf", ::syscall(SYS_bpf, 0, memory.data(), memory.size()));
  try_it("userfaultfd", ::syscall(SYS_userfaultfd, 0));
  try_it("perf_event_open", ::syscall(SYS_perf_event_open, memory.data(), 0, -1, -1, 0));
  try_it("mount", ::mount("none", output.c_str(), "tmpfs", 0, nullptr));
  try_it("unshare", ::syscall(SYS_unshare, 0));
  try_it("memfd_create", ::syscall(SYS_memfd_create, "x", 0));
  try_it("symlink", ::symlink("/etc/passwd", (output + "/link").c_str()));
  try_it("link", ::link("/etc/passwd", (output + "/link").c_str()));
  try_it("chmod", ::chmod((output + "/file").c_str(), 04755));
  try_it("type into a terminal", ::ioctl(0, TIOCSTI, "x"));
  try_it("own a file's signals", ::fcntl(0, F_SETOWN, victim));
  try_it("outlive the coordinator", ::prctl(PR_SET_PDEATHSIG, 0));
  return done;
}

/// As a run makes it, before it forks.
const std::shared_ptr<net::HostTable>& hosts() {
  static const auto table = std::make_shared<net::HostTable>(net::HostTable::Settings{});
  return table;
}

/// What a worker has to do. Empty if it can.
std::string work(std::string output, std::string url, std::string ca_file, std::string connect_to) {
  EventLoop loop;
  net::HttpOptions options{.connect_to = {connect_to}, .ca_file = ca_file, .retries = 0, .hosts = hosts()};
  net::HttpClient client(loop, options);
  const net::HttpFetch fetched = run(loop, client.fetch({.url = url}));
  if (!fetched.outcome) return fetched.outcome.error().message;
  const system::Directory directory = system::Directory::open(output);
  system::replace_file(directory, "file", fetched.outcome->body, {});
  system::replace_file(directory, "file", fetched.outcome->body, {});
  system::replace_file(directory.make_below("a/b"), "file", fetched.outcome->body, {});
  // A name that does not resolve asks the resolver, in a thread.
  const net::HttpFetch unresolved = run(loop, client.fetch({.url = "https://no-such-host.invalid/"}));
  return unresolved.outcome ? "resolved" : "";
}

SandboxRules rules_for(const test::TempDir& output, const std::string& ca_file, int port) {
  SandboxRules rules{.writable = {output.path().string()},
                     .readable = system::files_of_the_network(),
                     .ports = {443, static_cast<std::uint16_t>(port)}};
  rules.readable.push_back(ca_file);
  return rules;
}

int exit_status_of(const std::function<void()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    body();
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

}  // namespace

TEST_CASE("a confined worker can do its work and nothing else", "[sandbox]") {
  const system::SandboxSupport support = system::sandbox_support();
  if (!support.has_seccomp) return;
  const test::TempDir output, home, site;
  test::write_file(home / "secret", "secret");
  test::write_file(site / "1.png", "image");
  const test::NginxServer server(site.path(), {"img.test"});
  const std::string connect = server.connect_to("img.test");
  SandboxRules rules = rules_for(output, server.ca_file(), std::stoi(connect.substr(connect.rfind(':') + 1)));
  ProcessPoolExecutor pool(
      {.max_workers = 1, .initializer = [rules, table = hosts()] { system::confine(rules); }});
  const test::ScriptedServer inside([](const auto&) { return test::ScriptedServer::response("200 OK", ""); });
  CHECK(pool.submit(work, output.path().string(), std::string("https://img.test/1.png"), server.ca_file(),
                    connect)
            .result() == "");
  CHECK(test::read_file(output / "a/b/file") == "image");
  const std::vector<std::string> done =
      pool.submit(attack, int{::getpid()}, home.path().string(), output.path().string(), int{inside.port()},
                  support.landlock_version > 0)
          .result();
  CHECK(done == std::vector<std::string>{});
  CHECK(test::read_file(home / "secret") == "secret");
  CHECK(inside.connections() == 0);
}

#if !UNDER_ADDRESS_SANITIZER && !UNDER_THREAD_SANITIZER
TEST_CASE("a worker needs no system call that its sandbox refuses", "[sandbox]") {
  if (!system::sandbox_support().has_seccomp) return;
  const test::TempDir output, site;
  test::write_file(site / "1.png", "image");
  const test::NginxServer server(site.path(), {"img.test"});
  const std::string connect = server.connect_to("img.test");
  SandboxRules rules = rules_for(output, server.ca_file(), std::stoi(connect.substr(connect.rfind(':') + 1)));
  rules.kills = true;
  ProcessPoolExecutor pool(
      {.max_workers = 1, .initializer = [rules, table = hosts()] { system::confine(rules); }});
  CHECK(pool.submit(work, output.path().string(), std::string("https://img.test/1.png"), server.ca_file(),
                    connect)
            .result() == "");
}
#endif

TEST_CASE("a refused system call can kill", "[sandbox]") {
  if (!system::sandbox_support().has_seccomp) return;
  const int status = exit_status_of([] {
    system::confine({.kills = true});
    ::syscall(SYS_setsid);
  });
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGSYS);
}

TEST_CASE("the sandbox is told by what it consists of", "[sandbox]") {
  CHECK(system::SandboxSupport{}.text() == "none");
  CHECK(system::SandboxSupport{7, true}.text() == "landlock 7, seccomp");
  CHECK(system::SandboxSupport{0, true}.text() == "seccomp");
  CHECK(system::SandboxSupport{1, false}.text() == "landlock 1");
}
