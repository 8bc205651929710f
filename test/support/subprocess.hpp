#pragma once

#include "posix/fd.hpp"
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

/// What to run, and how.
struct Command {
  std::vector<std::string> arguments;  ///< the first names the program: a path, or a name on PATH
  std::map<std::string, std::string>
      environment{};                               ///< on top of ours; an empty value takes the variable away
  std::string input{};                             ///< its standard input
  std::optional<system::TerminalSize> terminal{};  ///< where its standard error is a terminal: of what size
};

/// How a program ended, and all that it printed.
struct Outcome {
  int exit_status = -1;  ///< -1 where a signal ended it
  int signal = 0;
  std::string out;
  std::string err;
};

/// A program that a test started, with its output in our hands. It is killed and reaped with this object, and
/// by the kernel should the test die first, so nothing outlives a test. Used by the thread that made it.
/// Every wait is bounded: where the bound is reached, the program is killed and std::runtime_error tells what
/// it had printed.
class Subprocess {
 public:
  using Duration = std::chrono::steady_clock::duration;
  /// Far above what anything takes, for machines that are slow and busy.
  static constexpr std::chrono::seconds long_enough{120};

  explicit Subprocess(Command command);
  Subprocess(const Subprocess&) = delete;
  Subprocess& operator=(const Subprocess&) = delete;
  ~Subprocess();

  [[nodiscard]] pid_t pid() const noexcept { return m_pid; }
  /// Readable once it has ended.
  [[nodiscard]] int pidfd() const noexcept { return m_pidfd.get(); }

  /// The next line of its standard output, without the line's end.
  std::string read_line(Duration bound = long_enough);
  /// Waits until it has printed this so many times on standard error, or has ended.
  void wait_for_message(const std::string& part, int times = 1, Duration bound = long_enough);
  /// Waits for its end.
  Outcome finish(Duration bound = long_enough);
  void send_signal(int signal);
  /// Nobody reads its standard output any more.
  void close_output();
  /// Of its terminal.
  void resize(system::TerminalSize size);
  /// SIGTERM, then finish().
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

/// Runs a program to its end.
Outcome run(Command command, Subprocess::Duration bound = Subprocess::long_enough);

}  // namespace spritefarm::test
