#pragma once

#include "posix/fd.hpp"
#include "support/call_filter.hpp"
#include "system/terminal.hpp"

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace spritefarm::test {

/// A program to run and its environment.
struct Command {
  std::vector<std::string> arguments;                ///< the first is the program: a path, or a name on PATH
  std::map<std::string, std::string> environment{};  ///< changes to ours; an empty value removes the variable
  std::string input{};                               ///< standard input
  std::optional<system::TerminalSize> terminal{};    ///< if set, standard error is a terminal of this size
  bool leads_group = false;                          ///< in a process group of its own, as a shell's job is
  RefusedCall refused_call{};                        ///< if set, this system call fails
  int lock_error = 0;                                ///< if set, file locks fail with this errno
};

/// The exit status of a program and its output.
struct Outcome {
  int exit_status = -1;  ///< -1 if a signal ended it
  int signal = 0;
  std::string out;
  std::string err;
};

/// A running program whose output is captured. The destructor kills and reaps it; if the test dies first, the
/// kernel kills it (PR_SET_PDEATHSIG). Used by the thread that created it. Every wait has a bound: when it
/// has passed, the program is killed and std::runtime_error quotes its output.
class Subprocess {
 public:
  using Duration = std::chrono::steady_clock::duration;
  /// Longer than any program needs, even on a slow and busy machine.
  static constexpr std::chrono::seconds long_enough{120};

  explicit Subprocess(Command command);
  Subprocess(const Subprocess&) = delete;
  Subprocess& operator=(const Subprocess&) = delete;
  ~Subprocess();

  [[nodiscard]] pid_t pid() const noexcept { return m_pid; }
  /// Readable when the program has ended.
  [[nodiscard]] int pidfd() const noexcept { return m_pidfd.get(); }

  /// Waits for the next line of standard output and returns it without the newline.
  std::string read_line(Duration bound = long_enough);
  /// Waits until `part` has appeared `times` times on standard error, or the program has ended.
  void wait_for_message(const std::string& part, int times = 1, Duration bound = long_enough);
  /// Waits for the end of the program.
  Outcome finish(Duration bound = long_enough);
  void send_signal(int signal);
  /// Closes the reading end of its standard output.
  void close_output();
  /// Resizes its terminal.
  void resize(system::TerminalSize size);
  /// Sends SIGTERM, then calls finish().
  Outcome stop();

 private:
  void pump(const std::function<bool()>& until, Duration bound);

  std::string m_name;
  pid_t m_pid = -1;
  posix::Fd m_pidfd, m_out, m_err;
  Outcome m_outcome;
  std::size_t m_line_start = 0;
  bool m_reaped = false;
};

/// Runs a program and waits for its end.
Outcome run(Command command, Subprocess::Duration bound = Subprocess::long_enough);

}  // namespace spritefarm::test
