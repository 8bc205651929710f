#pragma once

#include "posix/fd.hpp"
#include "posix/message_socket.hpp"
#include "posix/pid_fd.hpp"

#include <spritefarm/errors.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <variant>
#include <vector>

namespace spritefarm {

/// What a new worker process is given: its number in the pool, the memory of its call slots, and what it makes its end
/// of the channel from.
struct WorkerStart {
  std::uint32_t number = 0;
  posix::Fd slots;
  std::vector<posix::Fd> channel;
};

/// What the nursery tells the coordinator.
struct WorkerForked {
  std::uint32_t number = 0;
  int pid = 0;
  posix::PidFd process;
};
struct WorkerNotForked {
  std::uint32_t number = 0;
  int error = 0;  // errno
};
struct WorkerEnded {
  std::uint32_t number = 0;
  WorkerExit how;
};
struct NurseryInherited {};  // it was killed, its workers with it; its heir has taken over
struct NurseryEnded {};      // and there is no heir
using NurseryNews = std::variant<WorkerForked, WorkerNotForked, WorkerEnded, NurseryInherited, NurseryEnded>;

/// The coordinator's hold on its nursery: the process that forks all workers of a pool.
///
///     coordinator ──  fork(number, descriptors) ──▶  nursery ── fork ─▶ worker
///                 ◀─ WorkerEnded ──────────────────       ▲                │
///                                                │        └── its end ─────┤
///                 ◀─ WorkerForked ───────────────│─────────────────────────┘
///                 ◀─ NurseryInherited ────────  heir
///
/// The nursery is forked when the pool is made, before the program has threads, and never gets any: so it can
/// fork a worker at any time without a lock that another thread holds being copied with it. It is the
/// workers' parent: it waits for them, kills what a dead one leaves of its process group, and tells how each
/// ended. It ends, and ends all workers, when the coordinator closes this or ends by any cause. When the nursery itself
/// is killed, the kernel kills the workers, and its heir, an idle process that it has forked from itself, becomes the
/// nursery: it has the same socket.
///
/// Owned by the pool and used by one thread at a time. Members throw std::system_error where the system
/// refuses.
class Nursery {
 public:
  /// Forks the nursery. `run_worker` is what a worker process does from its fork to its end; its result is
  /// the exit code. Throws std::logic_error when the calling process has more than one thread.
  explicit Nursery(std::function<int(WorkerStart)> run_worker);
  /// Of a nursery that the program's ForkServer has forked, whatever threads this process has.
  explicit Nursery(posix::MessageSocket socket) : m_socket(std::move(socket)) {}
  Nursery(const Nursery&) = delete;
  Nursery& operator=(const Nursery&) = delete;
  /// Ends the nursery and all workers that still live, and waits for that.
  ~Nursery();

  /// Asks for a new worker: WorkerForked or WorkerNotForked will answer. False when the nursery is gone,
  /// or has too many requests before it now.
  bool fork_worker(const WorkerStart& start);

  /// What the nursery has told and was not read yet; none: nothing now.
  std::optional<NurseryNews> read_news();
  /// The same, of new workers alone. What else there is is kept for read_news().
  std::optional<WorkerForked> read_birth();
  [[nodiscard]] bool keeps_news() const noexcept { return !m_kept.empty(); }
  /// Readable when there may be news.
  [[nodiscard]] int fd() const noexcept { return m_socket.fd(); }

 private:
  std::optional<NurseryNews> receive();

  int m_pid = -1;  // not of a ForkServer's: that is no child of this process
  posix::MessageSocket m_socket;
  std::deque<NurseryNews> m_kept;
};

}  // namespace spritefarm
