#include "support/subprocess.hpp"

#include "posix/check.hpp"
#include "support/lock_filter.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <stdexcept>

namespace spritefarm::test {

namespace {

using posix::check;
using posix::Fd;

struct Pipe {
  Fd read_end, write_end;
};

Pipe make_pipe() {
  int ends[2];
  check(pipe2(ends, O_CLOEXEC), "pipe2");
  return {Fd(ends[0]), Fd(ends[1])};
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& changes) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry; ++entry) {
    const std::string text = *entry;
    if (!changes.count(text.substr(0, text.find('=')))) result.push_back(text);
  }
  for (const auto& [name, value] : changes) {
    if (!value.empty()) result.push_back(name + "=" + value);
  }
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (std::string& string : strings) result.push_back(string.data());
  result.push_back(nullptr);
  return result;
}

/// An anonymous file with these bytes, positioned at its start.
Fd file_with(const std::string& bytes) {
  Fd file(check(memfd_create("standard input", MFD_CLOEXEC), "memfd_create"));
  for (std::size_t done = 0; done < bytes.size();) {
    done +=
        static_cast<std::size_t>(check(write(file.get(), bytes.data() + done, bytes.size() - done), "write"));
  }
  check(lseek(file.get(), 0, SEEK_SET), "lseek");
  return file;
}

void set_size(const Fd& terminal, system::TerminalSize size) {
  winsize rows_and_columns{};
  rows_and_columns.ws_row = static_cast<unsigned short>(size.rows);
  rows_and_columns.ws_col = static_cast<unsigned short>(size.columns);
  check(ioctl(terminal.get(), TIOCSWINSZ, &rows_and_columns), "TIOCSWINSZ");
}

/// Reads the available bytes without blocking; closes `from` at the end of file.
void drain(Fd& from, std::string& into) {
  char buffer[65536];
  while (from) {
    const ssize_t got = read(from.get(), buffer, sizeof buffer);
    if (got > 0) {
      into.append(buffer, static_cast<std::size_t>(got));
    } else if (got < 0 && errno == EINTR) {
      continue;
    } else if (got < 0 && errno == EAGAIN) {
      return;
    } else {
      from.reset();
    }
  }
}

/// Opens a pseudoterminal: our end (the master) and the end of the program.
Pipe make_terminal(system::TerminalSize size) {
  Pipe ends;
  ends.read_end = Fd(check(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), "posix_openpt"));
  const int terminal = ends.read_end.get();
  char name[64];
  if (grantpt(terminal) != 0 || unlockpt(terminal) != 0 || ptsname_r(terminal, name, sizeof name) != 0)
    posix::throw_errno("cannot open a terminal");
  set_size(ends.read_end, size);
  ends.write_end = Fd(check(open(name, O_RDWR | O_NOCTTY | O_CLOEXEC), name));
  return ends;
}

}  // namespace

Subprocess::Subprocess(Command command) : m_name(command.arguments.at(0)) {
  const Fd in = file_with(command.input);
  Pipe out = make_pipe(), failure = make_pipe();
  Pipe err = command.terminal ? make_terminal(*command.terminal) : make_pipe();
  std::vector<std::string> environment = environment_with(command.environment);
  const std::vector<char*> argv = pointers(command.arguments), envp = pointers(environment);
  const pid_t parent = getpid();

  m_pid = check(fork(), "fork");
  if (m_pid == 0) {  // from here on, only async-signal-safe calls
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    std::signal(SIGPIPE, SIG_DFL);
    bool ready = getppid() == parent;
    ready = ready && dup2(in.get(), 0) >= 0 && dup2(out.write_end.get(), 1) >= 0 &&
            dup2(err.write_end.get(), 2) >= 0;
    if (command.leads_group) setpgid(0, 0);
    if (command.refused_call.error != 0) ready = ready && refuse_call(command.refused_call);
    if (command.lock_error != 0) ready = ready && refuse_locks(command.lock_error);
    if (ready) execvpe(argv[0], argv.data(), envp.data());
    const int error = errno;
    [[maybe_unused]] const ssize_t written = write(failure.write_end.get(), &error, sizeof error);
    _exit(127);
  }

  m_pidfd = Fd(static_cast<int>(check(syscall(SYS_pidfd_open, m_pid, 0), "pidfd_open")));
  failure.write_end.reset();
  int error = 0;
  if (read(failure.read_end.get(), &error, sizeof error) == sizeof error) {
    waitpid(m_pid, nullptr, 0);
    throw std::runtime_error("cannot run " + m_name + ": " + std::strerror(error));
  }
  m_out = std::move(out.read_end);
  m_err = std::move(err.read_end);
  for (const Fd* fd : {&m_out, &m_err}) check(fcntl(fd->get(), F_SETFL, O_NONBLOCK), "fcntl");
}

Subprocess::~Subprocess() {
  if (m_reaped) return;
  kill(m_pid, SIGKILL);
  waitpid(m_pid, nullptr, 0);
}

void Subprocess::close_output() {
  m_out.reset();
}

void Subprocess::send_signal(int signal) {
  if (!m_reaped) check(kill(m_pid, signal), "kill");
}

std::string Subprocess::read_line(Duration bound) {
  pump([this] { return m_outcome.out.find('\n', m_line_start) != std::string::npos; }, bound);
  const std::size_t end = m_outcome.out.find('\n', m_line_start);
  if (end == std::string::npos) {
    throw std::runtime_error(m_name + " ended without the expected line; it printed: " + m_outcome.out +
                             m_outcome.err);
  }
  const std::string line = m_outcome.out.substr(m_line_start, end - m_line_start);
  m_line_start = end + 1;
  return line;
}

void Subprocess::wait_for_message(const std::string& part, int times, Duration bound) {
  pump(
      [&] {
        int seen = 0;
        for (std::size_t at = 0; (at = m_outcome.err.find(part, at)) != std::string::npos; ++at) ++seen;
        return seen >= times;
      },
      bound);
}

Outcome Subprocess::finish(Duration bound) {
  pump([] { return false; }, bound);
  return m_outcome;
}

void Subprocess::resize(system::TerminalSize size) {
  set_size(m_err, size);
}

Outcome Subprocess::stop() {
  send_signal(SIGTERM);
  return finish();
}

/// Reads the output until `until` returns true or the program has ended.
void Subprocess::pump(const std::function<bool()>& until, Duration bound) {
  const auto deadline = std::chrono::steady_clock::now() + bound;
  while (!m_reaped) {
    if (until()) return;

    // poll() ignores negative descriptors: the closed ones.
    pollfd fds[] = {{m_pidfd.get(), POLLIN, 0}, {m_out.get(), POLLIN, 0}, {m_err.get(), POLLIN, 0}};
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    const int ready = poll(fds, 3, static_cast<int>(std::max<long long>(left.count(), 0)));
    if (ready < 0 && errno != EINTR) posix::throw_errno("poll");
    if (ready == 0) {
      kill(m_pid, SIGKILL);
      waitpid(m_pid, nullptr, 0);
      m_reaped = true;
      throw std::runtime_error(m_name + " timed out and was killed; it printed: " + m_outcome.out +
                               m_outcome.err);
    }
    if (ready < 0) continue;
    drain(m_out, m_outcome.out);
    drain(m_err, m_outcome.err);
    if (fds[0].revents) {
      // All its output is in the pipes now. A descendant may still hold them open: do not wait for it.
      drain(m_out, m_outcome.out);
      drain(m_err, m_outcome.err);
      int status = 0;
      check(waitpid(m_pid, &status, 0), "waitpid");
      m_reaped = true;
      if (WIFEXITED(status)) m_outcome.exit_status = WEXITSTATUS(status);
      if (WIFSIGNALED(status)) m_outcome.signal = WTERMSIG(status);
    }
  }
}

Outcome run(Command command, Subprocess::Duration bound) {
  return Subprocess(std::move(command)).finish(bound);
}

}  // namespace spritefarm::test
