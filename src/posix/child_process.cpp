#include "posix/child_process.hpp"

#include "posix/check.hpp"
#include "posix/fork.hpp"

#include <sys/socket.h>

#include <csignal>
#include <utility>

namespace spritefarm::posix {

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
  m_pid = fork_child([&, parent = own_pid()] {
    die_with_parent(parent);
    set_worker_signals();
    m_socket.reset();
    ParentLine line(std::move(child_end));
    return body(line);
  });
}

ChildProcess::~ChildProcess() {
  (void)::kill(m_pid, SIGKILL);
  posix::wait_for_end(m_pid);
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
