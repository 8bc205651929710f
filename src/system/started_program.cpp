#include "system/started_program.hpp"

#include "posix/check.hpp"
#include "posix/pipe.hpp"
#include "posix/vector_io.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <csignal>
#include <system_error>
#include <utility>

namespace spritefarm::system {
namespace {

constexpr std::size_t max_errors = 4096;

void check_error(int error, const char* what) {
  if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

/// The arguments of posix_spawnp.
class Spawning {
 public:
  Spawning() {
    check_error(posix_spawn_file_actions_init(&m_actions), "posix_spawn_file_actions_init");
    check_error(posix_spawnattr_init(&m_attributes), "posix_spawnattr_init");
  }
  Spawning(const Spawning&) = delete;
  Spawning& operator=(const Spawning&) = delete;
  ~Spawning() {
    posix_spawn_file_actions_destroy(&m_actions);
    posix_spawnattr_destroy(&m_attributes);
  }
  void connect(const posix::Fd& fd, int to) {
    check_error(posix_spawn_file_actions_adddup2(&m_actions, fd.get(), to),
                "posix_spawn_file_actions_adddup2");
  }
  pid_t start(const std::vector<std::string>& command) {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    check_error(posix_spawnattr_setflags(
                    &m_attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF),
                "posix_spawnattr_setflags");
    check_error(posix_spawnattr_setsigmask(&m_attributes, &none), "posix_spawnattr_setsigmask");
    check_error(posix_spawnattr_setsigdefault(&m_attributes, &all), "posix_spawnattr_setsigdefault");
    std::vector<char*> words;
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    pid_t pid = -1;
    check_error(posix_spawnp(&pid, words[0], &m_actions, &m_attributes, words.data(), environ),
                ("cannot start " + command[0]).c_str());
    return pid;
  }

 private:
  posix_spawn_file_actions_t m_actions{};
  posix_spawnattr_t m_attributes{};
};

}  // namespace

StartedProgram::StartedProgram(const std::vector<std::string>& command, std::string_view input) {
  posix::Pipe to = posix::Pipe::make(), errors = posix::Pipe::make();
  posix::set_nonblocking(to.write_end);
  posix::set_nonblocking(errors.read_end);
  if (posix::write_two(to.write_end, input, {}) != static_cast<ssize_t>(input.size()))
    check_error(EMSGSIZE, "cannot write to a program");
  const posix::Fd nowhere(posix::check(::open("/dev/null", O_WRONLY | O_CLOEXEC), "/dev/null"));
  Spawning spawning;
  spawning.connect(to.read_end, STDIN_FILENO);
  spawning.connect(nowhere, STDOUT_FILENO);
  spawning.connect(errors.write_end, STDERR_FILENO);
  m_pid = spawning.start(command);
  try {
    m_process = posix::PidFd::open(m_pid);
  } catch (...) {
    (void)::kill(m_pid, SIGKILL);
    posix::reap(m_pid);
    throw;
  }
  m_input = std::move(to.write_end);
  m_error_pipe = std::move(errors.read_end);
}

StartedProgram::~StartedProgram() {
  if (!m_process) return;
  m_process.send_signal(SIGKILL);
  posix::reap(m_pid);
}

int StartedProgram::exit_status() {
  const auto end = posix::reap(m_pid);
  m_process = {};
  return end ? end->signal != 0 ? 128 + end->signal : end->exit_code : -1;
}

const std::string& StartedProgram::errors() {
  char part[1024];
  for (ssize_t size; (size = posix::read_some(m_error_pipe.get(), part, sizeof part)) > 0;) {
    m_errors.append(part, static_cast<std::size_t>(size));
    if (m_errors.size() > max_errors) m_errors.erase(0, m_errors.size() - max_errors);
  }
  return m_errors;
}

}  // namespace spritefarm::system
