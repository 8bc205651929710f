#include "system/child_process.hpp"

#include "posix/check.hpp"
#include "posix/fork.hpp"

#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <csignal>
#include <utility>

namespace spritefarm::system {

namespace {

constexpr std::size_t max_message = 65536;

std::chrono::microseconds duration_of(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

}  // namespace

void ParentLine::send(std::string_view message) {
  // The byte more tells an empty message from the end.
  const std::string sent = std::string(message.substr(0, max_message)) + '\n';
  (void)posix::retry_on_signal(
      [&] { return ::send(m_socket.get(), sent.data(), sent.size(), MSG_NOSIGNAL); });
}

void ParentLine::wait_for_end() {
  char byte;
  while (posix::retry_on_signal([&] { return ::read(m_socket.get(), &byte, 1); }) > 0) {
  }
}

ChildProcess::ChildProcess(const std::function<int(ParentLine&)>& body) {
  int ends[2];
  posix::check(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), "socketpair");
  m_socket.reset(ends[0]);
  posix::Fd child_end(ends[1]);
  m_pid = posix::fork_child([&, parent = posix::own_pid()] {
    posix::die_with_parent(parent);
    posix::set_worker_signals();
    m_socket.reset();
    ParentLine line(std::move(child_end));
    return body(line);
  });
}

ChildProcess::~ChildProcess() {
  if (m_pid < 0) return;
  (void)::kill(m_pid, SIGKILL);
  posix::wait_for_end(m_pid);
}

std::optional<std::string> ChildProcess::receive() {
  std::string message(max_message + 1, '\0');
  const auto got =
      posix::retry_on_signal([&] { return ::recv(m_socket.get(), message.data(), message.size(), 0); });
  if (got <= 0) return std::nullopt;
  message.resize(static_cast<std::size_t>(got) - 1);
  return message;
}

bool ChildProcess::wait_for_message(std::chrono::milliseconds timeout) {
  pollfd socket{m_socket.get(), POLLIN, 0};
  return ::poll(&socket, 1, static_cast<int>(timeout.count())) > 0;
}

ChildEnd ChildProcess::finish() {
  m_socket.reset();
  int status = 0;
  rusage usage{};
  posix::check(posix::retry_on_signal([&] { return ::wait4(m_pid, &status, 0, &usage); }),
               "wait for a child");
  m_pid = -1;
  ChildEnd end;
  end.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
  end.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  end.cpu = duration_of(usage.ru_utime) + duration_of(usage.ru_stime);
  end.context_switches = usage.ru_nvcsw + usage.ru_nivcsw;
  return end;
}

}  // namespace spritefarm::system
