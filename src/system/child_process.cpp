#include "system/child_process.hpp"

#include "posix/check.hpp"
#include "posix/fork.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <csignal>
#include <utility>

namespace spritefarm::system {

namespace {

constexpr std::size_t max_message = 65536;

}  // namespace

void ParentLine::send(std::string_view message) {
  // The extra byte distinguishes an empty message from the end of the stream.
  const std::string sent = std::string(message.substr(0, max_message)) + '\n';
  m_socket.send(std::as_bytes(std::span(sent)), {}, true);
}

void ParentLine::wait_for_end() {
  char byte;
  while (posix::retry_on_signal([&] { return ::read(m_socket.fd(), &byte, 1); }) > 0) {
  }
}

ChildProcess::ChildProcess(const std::function<int(ParentLine&)>& body) {
  auto ends = posix::MessageSocket::make_pair();
  m_socket = std::move(ends.first);
  m_pid = posix::fork_child([&, parent = posix::current_pid()] {
    posix::die_with_parent(parent);
    posix::set_worker_signals();
    for (const int signal : {SIGHUP, SIGTSTP}) (void)::signal(signal, SIG_IGN);
    m_socket.close();
    ParentLine line(std::move(ends.second));
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
      posix::retry_on_signal([&] { return ::recv(m_socket.fd(), message.data(), message.size(), 0); });
  if (got <= 0) return std::nullopt;
  message.resize(static_cast<std::size_t>(got) - 1);
  return message;
}

bool ChildProcess::wait_for_message(std::chrono::milliseconds timeout) {
  pollfd socket{m_socket.fd(), POLLIN, 0};
  return ::poll(&socket, 1, static_cast<int>(timeout.count())) > 0;
}

posix::ChildExit ChildProcess::finish() {
  m_socket.close();
  const auto exit = posix::reap(m_pid);
  if (!exit) posix::throw_errno("wait for a child");
  m_pid = -1;
  return *exit;
}

}  // namespace spritefarm::system
