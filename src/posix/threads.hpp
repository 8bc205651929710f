#pragma once

#include "base/cluster_api.hpp"

#include <signal.h>

#include <functional>
#include <string>
#include <thread>

namespace spritefarm::posix {

/// A thread that runs `body`. Throws std::system_error, which names the system call if a sandbox refuses it.
SPRITEFARM_CLUSTER_API std::thread start_thread(std::function<void()> body);

/// Names the calling thread for debuggers and `ps -L`. The kernel keeps the first 15 bytes.
SPRITEFARM_CLUSTER_API void set_thread_name(const std::string& name) noexcept;

/// Blocks all signals of the calling thread while it exists, so that threads which it starts block them.
/// Those that an instruction raises, such as SIGSEGV, cannot be blocked.
class BlockedSignals {
 public:
  SPRITEFARM_CLUSTER_API BlockedSignals() noexcept;
  SPRITEFARM_CLUSTER_API ~BlockedSignals();
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;

 private:
  sigset_t m_before;
};

/// The kernel's id of the calling thread, unique on the machine.
int thread_id() noexcept;
/// True if a thread with that id exists.
bool thread_exists(int id) noexcept;

/// The number of threads of the calling process, without those that are ending. The thread of
/// ThreadSanitizer does not count. Throws std::system_error.
int count_threads();
/// The same, after all other threads have ended, or after a second: a thread of a pool that was shut down
/// without waiting ends soon after that.
int count_threads_that_stay();

}  // namespace spritefarm::posix
