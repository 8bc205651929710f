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

/// What the zygote tells the coordinator.
struct WorkerSpawned {
  std::uint32_t number = 0;
  int pid = 0;
  posix::PidFd process;
};
struct WorkerNotSpawned {
  std::uint32_t number = 0;
  int error = 0;  // errno
};
struct WorkerExited {
  std::uint32_t number = 0;
  WorkerExit how;
};
struct StandbyTookOver {};  // it was killed, its workers with it; its standby has taken over
struct ZygoteEnded {};      // and there is no standby
using ZygoteEvent = std::variant<WorkerSpawned, WorkerNotSpawned, WorkerExited, StandbyTookOver, ZygoteEnded>;

/// The coordinator's hold on its zygote: the process that forks all workers of a pool.
///
///     coordinator ──  fork(number, descriptors) ──▶  zygote ── fork ─▶ worker
///                 ◀─ WorkerExited ──────────────────       ▲                │
///                                                │        └── its end ─────┤
///                 ◀─ WorkerSpawned ───────────────│─────────────────────────┘
///                 ◀─ StandbyTookOver ────────  standby
///
/// The zygote is spawned when the pool is made, before the program has threads, and never gets any: so it can
/// fork a worker at any time without a lock that another thread holds being copied with it. It is the
/// workers' parent: it waits for them, kills what a dead one leaves of its process group, and tells how each
/// ended. It ends, and ends all workers, when the coordinator closes this or ends by any cause. When the zygote itself
/// is killed, the kernel kills the workers, and its standby, an idle process that it has spawned from itself, becomes the
/// zygote: it has the same socket.
///
/// Owned by the pool and used by one thread at a time. Members throw std::system_error where the system
/// refuses.
class Zygote {
 public:
  /// Forks the zygote. `run_worker` is what a worker process does from its fork to its end; its result is
  /// the exit code. Throws std::logic_error when the calling process has more than one thread.
  explicit Zygote(std::function<int(WorkerStart)> run_worker);
  /// Of a zygote that the program's ForkServer has spawned, whatever threads this process has.
  explicit Zygote(posix::MessageSocket socket) : m_socket(std::move(socket)) {}
  Zygote(const Zygote&) = delete;
  Zygote& operator=(const Zygote&) = delete;
  /// Ends the zygote and all workers that still live, and waits for that.
  ~Zygote();

  /// Asks for a new worker: WorkerSpawned or WorkerNotSpawned will answer. False when the zygote is gone,
  /// or has too many requests before it now.
  bool spawn_worker(const WorkerStart& start);

  /// What the zygote has told and was not read yet; none: nothing now.
  std::optional<ZygoteEvent> next_event();
  /// The same, of new workers alone. What else there is is kept for next_event().
  std::optional<WorkerSpawned> next_spawned();
  [[nodiscard]] bool has_stored_events() const noexcept { return !m_stored_events.empty(); }
  /// Readable when there may be event.
  [[nodiscard]] int fd() const noexcept { return m_socket.fd(); }

 private:
  std::optional<ZygoteEvent> receive();

  int m_pid = -1;  // not of a ForkServer's: that is no child of this process
  posix::MessageSocket m_socket;
  std::deque<ZygoteEvent> m_stored_events;
};

}  // namespace spritefarm
