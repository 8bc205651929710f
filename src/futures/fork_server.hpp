#pragma once

#include "futures/worker_process.hpp"
#include "posix/message_socket.hpp"

#include <mutex>
#include <string>

namespace spritefarm {

/// The process that prepare_to_fork() forks while the program has one thread, and from which all zygotes are forked
/// once it has several. It runs nothing else, never gets a thread, and ends with the program. One for a process; any
/// thread. Source: multiprocessing's forkserver.
class ForkServer {
 public:
  /// Forks it, if this process has none. Throws std::logic_error when the process has more than one thread already.
  static void prepare();
  /// This process's; null where there is none.
  static ForkServer* instance() noexcept;

  ForkServer();
  ~ForkServer();

  /// Has a zygote or standby forked that forks workers of this plan, each of which first runs the encoded initializer, if
  /// there is one. Gives the end of its socket for the coordinator; the socket closes if the process could not be forked.
  posix::MessageSocket start_zygote(const WorkerPlan& plan, const std::string& initializer);

 private:
  std::mutex m_mutex;
  posix::MessageSocket m_socket;
  int m_pid = -1;
  unsigned m_generation;
};

}  // namespace spritefarm
