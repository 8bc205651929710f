#pragma once

#include "futures/worker_process.hpp"
#include "posix/message_socket.hpp"

#include <mutex>
#include <string>

namespace spritefarm::futures {

/// The program's handle of its fork server: the process that prepare_to_fork() forks while the program has
/// one thread. It forks the zygotes of pools that are created when the program has several threads. It has
/// one thread, runs nothing else and ends with the program. One for each process; any thread.
/// Source: the forkserver of multiprocessing.
class ForkServer {
 public:
  /// Forks the fork server if this process has none. Throws std::logic_error if the process has several
  /// threads already, and std::system_error.
  static void prepare();
  /// The fork server of this process, or null.
  static ForkServer* instance() noexcept;

  ForkServer();
  ~ForkServer();

  /// Requests a zygote or standby that forks workers of this plan. Each worker first runs the encoded
  /// initializer, if it is not empty. Returns the coordinator's end of its socket. The socket is closed if
  /// the process cannot be forked.
  posix::MessageSocket start_zygote(const WorkerPlan& plan, const std::string& initializer);

 private:
  std::mutex m_mutex;
  posix::MessageSocket m_socket;
  int m_pid = -1;
  unsigned m_generation;
};

}  // namespace spritefarm::futures
