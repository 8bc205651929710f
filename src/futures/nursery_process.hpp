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
/// end. Its only thread waits for four things: a request, the end of a worker, of its heir, of the coordinator.
/// The heir waits for one: the nursery's end.
class NurseryProcess {
 public:
  NurseryProcess(posix::MessageSocket socket, posix::PidFd coordinator,
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
  void fork_heir();
  int be_heir(const posix::PidFd& nursery);
  void be_child();
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
  Child m_heir;
};

}  // namespace spritefarm
