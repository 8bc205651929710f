#pragma once

#include "futures/nursery.hpp"
#include "posix/epoll.hpp"
#include "posix/message_socket.hpp"
#include "posix/pid_fd.hpp"

#include <functional>
#include <map>
#include <optional>

namespace spritefarm {

/// What the nursery process runs, from its fork to its end: forks workers as it is asked to, and sees them
/// end. Its only thread waits for three things: a request, the end of a worker, the end of the coordinator.
class NurseryProcess {
 public:
  NurseryProcess(posix::MessageSocket socket, posix::PidFd coordinator,
                 std::function<int(WorkerStart)> run_worker);
  /// Returns when the coordinator has gone and all workers are dead: the exit code. Throws std::system_error.
  int run();

 private:
  struct Child {
    int pid;
    posix::PidFd process;
  };
  bool serve_requests();
  void fork_worker(WorkerStart start);
  int be_worker(WorkerStart start, int nursery);
  void tell_birth(std::uint32_t number);
  void reap(std::uint32_t number);
  void tell_end(std::uint32_t number, int pid);

  posix::MessageSocket m_socket;
  posix::PidFd m_coordinator;
  std::function<int(WorkerStart)> m_run_worker;
  std::optional<posix::Epoll> m_epoll;
  std::map<std::uint32_t, Child> m_children;  // by the worker's number
};

}  // namespace spritefarm
