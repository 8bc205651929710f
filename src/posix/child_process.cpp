#include "posix/child_process.hpp"

#include "posix/check.hpp"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <csignal>
#include <utility>

namespace spritefarm::posix {

namespace {

[[noreturn]] void run_child(pid_t parent, Fd socket, const std::function<int(ParentLine&)>& body) noexcept {
  int status = 125;
  try {
    check(::prctl(PR_SET_PDEATHSIG, SIGKILL), "prctl PR_SET_PDEATHSIG");
    if (::getppid() != parent) ::_exit(status);  // it ended before the line above
    (void)std::signal(SIGINT, SIG_IGN);
    ParentLine line(std::move(socket));
    status = body(line);
  } catch (...) {
  }
  ::_exit(status);
}

}  // namespace

void ParentLine::send(std::string_view line) {
  const std::string message = std::string(line) + '\n';
  (void)retry_on_signal([&] { return ::send(m_socket.get(), message.data(), message.size(), MSG_NOSIGNAL); });
}

void ParentLine::wait_for_end() {
  char byte;
  while (retry_on_signal([&] { return ::read(m_socket.get(), &byte, 1); }) > 0) {
  }
}

ChildProcess::ChildProcess(const std::function<int(ParentLine&)>& body) {
  int ends[2];
  check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair");
  m_socket.reset(ends[0]);
  Fd child_end(ends[1]);
  const pid_t parent = ::getpid();
  m_pid = check(::fork(), "fork");
  if (m_pid == 0) {
    m_socket.reset();
    run_child(parent, std::move(child_end), body);
  }
}

ChildProcess::~ChildProcess() {
  (void)::kill(m_pid, SIGKILL);
  (void)retry_on_signal([&] { return ::waitpid(m_pid, nullptr, 0); });
}

std::optional<std::string> ChildProcess::receive() {
  std::string line;
  for (char byte; line.size() < 65536;) {
    const auto got = retry_on_signal([&] { return ::read(m_socket.get(), &byte, 1); });
    if (got <= 0) return std::nullopt;
    if (byte == '\n') return line;
    line += byte;
  }
  return std::nullopt;
}

}  // namespace spritefarm::posix
