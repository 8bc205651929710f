#pragma once

#include "posix/child_exit.hpp"
#include "posix/fd.hpp"
#include "posix/pid_fd.hpp"

#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::system {

/// A program of the system that runs beside this one, in a process group of its own, which the terminal's
/// signals do not reach. It has a pipe as standard input, no standard output, and what it writes to standard
/// error is kept. If this process ends by any cause, its standard input is closed. Move-only; used by one
/// thread at a time.
class StartedProgram {
 public:
  /// Searches the first word of `command` on the PATH. `input` goes to its standard input, which stays open.
  /// Throws std::system_error, also if `input` is larger than a pipe.
  StartedProgram(const std::vector<std::string>& command, std::string_view input);
  StartedProgram(StartedProgram&&) noexcept = default;
  StartedProgram& operator=(StartedProgram&&) = delete;
  /// Kills it if it runs, and reaps it.
  ~StartedProgram();

  void close_input() noexcept { m_input.reset(); }
  /// Waits for at most `timeout`. False if it has not ended.
  bool wait_for_end(std::chrono::milliseconds timeout) const noexcept {
    return m_process.wait_for_end(timeout);
  }
  /// Its exit status, or 128 and the signal that has ended it. Call it once, when it has ended.
  int exit_status();
  /// The end of what it has written to standard error: some kilobytes.
  const std::string& errors();

 private:
  posix::PidFd m_process;  // none: it is reaped, or moved from
  pid_t m_pid = -1;
  posix::Fd m_input, m_error_pipe;
  std::string m_errors;
};

}  // namespace spritefarm::system
