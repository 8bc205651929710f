#pragma once

#include "futures/zygote.hpp"
#include "posix/epoll.hpp"
#include "posix/message_socket.hpp"
#include "posix/pid_fd.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace spritefarm::futures {

/// The program of a zygote or standby process, from its fork to its end. The protocol is in the comment of
/// class Zygote.
///
/// Both roles run the same loop. Its only thread waits for a command, the end of the coordinator, and the
/// ends of the children. A standby becomes the zygote by the command take_over, and never turns back.
///
///     forked ─▶ standby ── take_over ─▶ zygote
///                  │                       │
///                  └── coordinator gone ───┴─▶ ends the others and itself
///
/// A process that the zygote or a standby forks as a new standby is this object too, with another socket and
/// without the children of its parent.
class ZygoteProcess {
 public:
  ZygoteProcess(posix::MessageSocket socket, posix::PidFd coordinator,
                std::function<int(WorkerStart)> run_worker);
  /// Returns the exit code, after the coordinator has gone. Throws std::system_error.
  int run();

 private:
  struct Child {
    int pid = 0;
    posix::PidFd process;
  };
  enum class Served { all, coordinator_gone, is_new_standby };

  Served serve();
  Served serve_commands();
  void spawn_worker(WorkerStart start);
  bool spawn_standby(posix::MessageSocket socket);
  int run_worker_child(WorkerStart start, int zygote);
  void watch_child(std::uint64_t key, int pid);
  void drop_inherited_state();
  void add_peer(posix::PidFd peer);
  void report_started();
  void report_spawned(std::uint32_t number);
  void reap(std::uint64_t key);
  void report_exited(std::uint32_t number, int pid);
  void end_adopted_children();
  void end_as_zygote();
  void end_as_standby();
  void end_peers();

  posix::MessageSocket m_socket;
  posix::PidFd m_coordinator;
  std::function<int(WorkerStart)> m_run_worker;
  std::optional<posix::Epoll> m_epoll;
  std::map<std::uint64_t, Child> m_children;  // workers by their number, standbys above
  std::vector<posix::PidFd> m_peers;
  std::uint64_t m_last_standby;
  bool m_is_zygote = false;
};

}  // namespace spritefarm::futures
