#pragma once

#include "futures/zygote.hpp"
#include "posix/epoll.hpp"
#include "posix/message_socket.hpp"
#include "posix/pid_fd.hpp"

#include <functional>
#include <map>
#include <optional>

namespace spritefarm {

/// What the zygote process runs, from its fork to its end: forks workers as it is asked to, and sees them
/// end. Its only thread waits for four things: a request, the end of a worker, of its standby, of the coordinator.
/// The standby waits for one: the zygote's end.
class ZygoteProcess {
 public:
  ZygoteProcess(posix::MessageSocket socket, posix::PidFd coordinator,
                std::function<int(WorkerStart)> run_worker);
  /// Returns when the coordinator has gone and all workers are dead: the exit code. Throws std::system_error.
  int run();

 private:
  struct Child {
    int pid = 0;
    posix::PidFd process;
  };
  int serve();
  bool serve_requests();
  void fork_standby();
  int run_standby(const posix::PidFd& zygote);
  void drop_zygote_state();
  void spawn_worker(WorkerStart start);
  int run_worker_child(WorkerStart start, int zygote);
  void report_spawned(std::uint32_t number);
  void reap(std::uint32_t number);
  void report_exited(std::uint32_t number, int pid);

  posix::MessageSocket m_socket;
  posix::PidFd m_coordinator;
  std::function<int(WorkerStart)> m_run_worker;
  std::optional<posix::Epoll> m_epoll;
  std::map<std::uint32_t, Child> m_children;  // by the worker's number
  Child m_standby;
};

}  // namespace spritefarm
