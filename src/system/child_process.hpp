#pragma once

#include "posix/child_exit.hpp"
#include "posix/message_socket.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace spritefarm::system {

/// The child's end of the line to the process that forked it.
class ParentLine {
 public:
  explicit ParentLine(posix::MessageSocket socket) : m_socket(std::move(socket)) {}
  /// A message of up to 64 KiB, any bytes. Silent if the parent is gone.
  void send(std::string_view message);
  /// Returns when the parent has hung up, or is gone.
  void wait_for_end();

 private:
  posix::MessageSocket m_socket;
};

/// A forked child that runs a function, and lives no longer than this object nor than its parent: destroying
/// the object kills (SIGKILL) and reaps it, and the kernel kills it when the thread that made it ends,
/// even by SIGKILL. Make it while the program has one thread. The child ignores SIGINT: a Ctrl-C at the
/// terminal is its parent's affair. Throws std::system_error.
class ChildProcess {
 public:
  /// The child leaves by _exit with what `body` returns; an exception is told on standard error, and
  /// status 70.
  explicit ChildProcess(const std::function<int(ParentLine&)>& body);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  /// The next message that the child sends; none if the child ended.
  std::optional<std::string> receive();
  /// Waits for the next message or the child's end, `timeout` at most: whether there is one.
  bool wait_for_message(std::chrono::milliseconds timeout);
  /// Hangs up and waits for the child's end. Once, and last.
  posix::ChildExit finish();
  [[nodiscard]] pid_t pid() const noexcept { return m_pid; }

 private:
  posix::MessageSocket m_socket;
  pid_t m_pid = -1;
};

}  // namespace spritefarm::system
