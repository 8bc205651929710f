#pragma once

#include "futures/zygote_message.hpp"
#include "posix/epoll.hpp"
#include "posix/fd.hpp"
#include "posix/message_socket.hpp"
#include "posix/pid_fd.hpp"

#include <spritefarm/errors.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <optional>
#include <variant>
#include <vector>

namespace spritefarm::futures {

/// What a new worker process is given: its number in the pool, the memory of its call slots, the files of
/// large requests and results, and what it makes its end of the channel from.
struct WorkerStart {
  std::uint32_t number = 0;
  posix::Fd slots;
  posix::Fd requests;
  posix::Fd results;
  std::vector<posix::Fd> channel;
};

/// What the coordinator learns of the zygote.
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
struct StandbyTookOver {
};  // the zygote was killed, its workers and their requests with it; another process is the zygote
struct ZygoteEnded {};  // and no other was left
using ZygoteEvent = std::variant<WorkerSpawned, WorkerNotSpawned, WorkerExited, StandbyTookOver, ZygoteEnded>;

/// The hold of the coordinator on the zygote, the process that forks all workers of a pool, and on its
/// standbys: two idle processes of the same origin, each of which can become the zygote.
///
///     coordinator ═══════ zygote ──── forks and reaps ──▶ worker 0, worker 1, …
///                 ═══════ standby ─── forks and reaps ──▶ (a standby that replaces a killed one)
///                 ═══════ standby
///
///     ═══  a socket of its own for each: commands to the right, reports to the left (zygote_message.hpp)
///
/// All three are forked when the pool is made, before the program has threads, and never get any. So they can
/// fork at any time without a copy of a lock that another thread holds. The zygote is the parent of the
/// workers: it waits for them, kills what a dead one leaves of its process group, and reports how each ended.
///
/// **Only the coordinator decides who is the zygote.** No process shares a socket, an epoll or a lock with
/// another, so none can race with another or die with something that another needs. The coordinator holds
/// each process by its socket and its pidfd. The socket closes when the process ends, or when the process
/// that was to fork it ends before it could.
///
///              ┌────────── started ─────────┐                ┌───────────────┐
///     (forked or requested)                 ▼                ▼               │
///         STARTING ──────────────────▶ STANDBY ── take_over ─▶ ZYGOTE        │ the oldest standby,
///             │                             │                │               │ if one is left
///             └──────── closed ─────────────┴──── closed ────┴──▶ GONE ──────┘
///
/// What the coordinator does when a process is gone:
///  - a standby: it requests a new one from the other standby, which has nothing else to do, or else from the
///  zygote.
///  - the zygote: the kernel has killed its workers. The oldest standby takes over. The coordinator sends it
///  the requests
///    for the missing standbys first; commands are served in their order, so it forks no worker before.
///  - a standby that had not started: the same, at most three times in a row, and again with the next exit of
///  a worker.
///  - the last: a pool of the ForkServer has three new ones forked there, unless none of the last three had
///  started.
///    Any other pool has no zygote any more: ZygoteEnded.
/// So a pool survives every kill but that of all three before one of them could fork a process.
///
/// The end: the coordinator closes the sockets, or ends by any cause, which the processes see by a pidfd. The
/// zygote then kills all workers and the standbys. Each process has the pidfds of the other two (add_peer),
/// so a standby kills those that are stopped; it gives the zygote 100 ms before. The kernel kills the workers
/// of a zygote that is killed.
///
/// Owned by the Supervisor and used by one thread at a time. Members throw std::system_error if the system
/// refuses.
class Zygote {
 public:
  /// Forks the three processes. `run_worker` is what a worker process does from its fork to its end; its
  /// result is the exit code. Throws std::logic_error when the calling process has more than one thread.
  explicit Zygote(std::function<int(WorkerStart)> run_worker);
  /// Has each process forked by `start`, whatever threads this process has: see ForkServer.
  explicit Zygote(std::function<posix::MessageSocket()> start);
  Zygote(const Zygote&) = delete;
  Zygote& operator=(const Zygote&) = delete;
  /// Ends the processes and all workers that still live, and waits for that; kills them if that takes two
  /// seconds.
  ~Zygote();

  /// Asks for a new worker: WorkerSpawned or WorkerNotSpawned will answer. False when there is no zygote,
  /// when it has too many requests before it now, or when next_event() has not yet told of its end.
  bool spawn_worker(const WorkerStart& start);
  /// Has the zygote send a signal to the process groups of all workers.
  void signal_workers(int signal);

  /// The oldest event that was not read yet; none: nothing now.
  std::optional<ZygoteEvent> next_event();
  /// The same, of new workers alone. Other events are kept for next_event().
  std::optional<WorkerSpawned> next_spawned();
  [[nodiscard]] bool has_stored_events() const noexcept { return !m_events.empty(); }
  /// Readable when there may be an event.
  [[nodiscard]] int fd() const noexcept { return m_epoll->fd(); }

 private:
  struct Process {
    std::uint64_t key = 0;  // in epoll
    posix::MessageSocket socket;
    posix::PidFd process;  // none: not started yet
    int child = -1;        // its pid if this process is its parent
  };

  void start_all();
  void fork_process(const std::function<int(WorkerStart)>& run_worker);
  Process& add_process(posix::MessageSocket socket);
  void make_zygote(Process& process);
  void receive();
  void receive_from(Process& process);
  bool on_report(Process& from, const ZygoteReport& report, std::vector<posix::Fd>& fds);
  void set_started(Process& process, posix::PidFd pid_fd);
  void on_gone(Process& process);
  void remove(Process& process);
  void replace_zygote();
  void request_standbys(bool from_zygote);
  bool request_standby(Process& parent);
  void end() noexcept;

  std::function<posix::MessageSocket()> m_start;  // none: not from a ForkServer
  bool m_has_started = false;                     // a process, since m_start was called
  std::optional<posix::Epoll> m_epoll;
  std::list<Process> m_processes;  // the zygote, then the standbys by their age
  std::uint64_t m_last_key = 0;
  int m_failed_starts = 0;  // of standbys, in a row
  std::deque<ZygoteEvent> m_events;
  bool m_has_unread_end = false;  // m_events has a StandbyTookOver
};

}  // namespace spritefarm::futures
