#pragma once

#include "posix/child_exit.hpp"
#include "posix/message_socket.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace spritefarm::system {

/// The child's end of the socket to the process that forked it.
class ParentLine {
 public:
  explicit ParentLine(posix::MessageSocket socket) : m_socket(std::move(socket)) {}
  /// Sends a message of at most 64 KiB; longer ones are truncated. Does nothing if the parent has exited.
  void send(std::string_view message);
  /// Returns when the parent has closed its end or has exited.
  void wait_for_end();

 private:
  posix::MessageSocket m_socket;
};

/// A forked child process that runs a function. The destructor kills (SIGKILL) and reaps it. The kernel kills
/// it when the thread that constructed this object ends (PR_SET_PDEATHSIG). Construct it while the process
/// has only one thread. The child ignores SIGINT, SIGHUP
/// and SIGTSTP: the parent alone handles them. Throws std::system_error.
class ChildProcess {
 public:
  /// The child exits (_exit) with the value that `body` returns. If `body` throws, the child prints the
  /// exception to standard error and exits with status 70.
  explicit ChildProcess(const std::function<int(ParentLine&)>& body);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  /// Waits for the next message from the child; none if the child has ended.
  std::optional<std::string> receive();
  /// Waits at most `timeout` for the next message or the child's end; false if the time has passed.
  bool wait_for_message(std::chrono::milliseconds timeout);
  /// Closes the socket and waits for the child's end. Call it once, as the last call.
  posix::ChildExit finish();
  [[nodiscard]] pid_t pid() const noexcept { return m_pid; }

 private:
  posix::MessageSocket m_socket;
  pid_t m_pid = -1;
};

}  // namespace spritefarm::system
