#pragma once

#include "futures/large_requests.hpp"
#include "futures/large_results.hpp"
#include "futures/scheduler.hpp"
#include "futures/worker_link.hpp"
#include "futures/zygote.hpp"
#include "posix/epoll.hpp"
#include "posix/event_fd.hpp"

#include <spritefarm/process_pool_executor.hpp>

#include <array>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace spritefarm::futures {

/// The encoded result of a call, or the exception that it threw.
struct CallResult {
  CallIndex call;
  EncodedResult payload;
  std::exception_ptr exception;
};

/// A worker that could not be requested.
struct SpawnError {
  WorkerNumber worker;
  StartFailure failure;
  std::string why;
};

/// The part of a process pool that touches the system: one epoll, the zygote, a channel to each worker. It
/// turns readiness into events of the Scheduler, and performs the Scheduler's actions.
///
///     wait() ─▶ list_readable() ─▶ receive() ─▶ tell() ─▶ Scheduler ─▶ perform(), send()
///     no lock   lock               no lock      lock                   lock
///
/// receive() reads without the lock of the pool, so that callers can submit meanwhile.
///
/// Owned by the pool. The thread of the supervisor calls wait() to tell(); any thread that holds the pool's
/// lock calls the rest. Throws std::system_error if the system refuses a descriptor.
class Supervisor final : public SlotView {
 public:
  /// Forks the zygote: see Zygote.
  explicit Supervisor(const ProcessPoolExecutorOptions& options);

  /// The maximum of calls at one worker.
  static std::uint32_t worker_slots(const ProcessPoolExecutorOptions& options);

  /// Waits until something is readable, notify() is called, or the time has come.
  void wait(std::optional<Scheduler::Time> until);
  /// With the lock.
  void list_readable();
  void receive();
  /// With the lock. Results first, events of the zygote last: a call that finished before its worker died has
  /// a result.
  void tell(Scheduler& scheduler, std::vector<CallResult>& results);

  // ---- any thread, with the lock
  void perform(const SpawnWorker& spawn, std::vector<SpawnError>& errors);
  void perform(const StopCall& stop);
  void perform(const AskToExit& ask);
  void perform(const SignalWorker& signal);
  void perform(const DistrustWorker& distrust);
  void perform(const ForgetWorker& forget);
  void send(const SendCall& send, const std::shared_ptr<const detail::RemoteCall>& call);

  /// Of all workers that the zygote has reported, up to now.
  std::vector<int> pids(Scheduler& scheduler);

  /// Where large requests lie. Any thread, no lock.
  [[nodiscard]] LargeRequests& large_requests() const noexcept { return *m_large_requests; }
  /// Ends wait(). Any thread, no lock.
  void notify() noexcept { m_notification.notify(); }
  /// Signals the process groups of all workers. Any thread.
  void signal_workers(int signal) { m_zygote.signal_workers(signal); }

 private:
  struct Received {
    WorkerLink* link;
    WorkerLink::Batch batch;
  };

  // SlotView.
  bool recall(WorkerNumber worker, std::uint32_t slot, CallNumber call) override;
  [[nodiscard]] SlotReading read(WorkerNumber worker, std::uint32_t slot, CallNumber call) const override;

  WorkerLink* find(WorkerNumber worker) noexcept;
  void add_readable(WorkerLink* link);
  void watch_sending(WorkerLink& link);
  void distrust(WorkerLink& link, const char* what);

  // Frames.
  void tell_batch(WorkerLink& link, WorkerLink::Batch batch, Scheduler& scheduler,
                  std::vector<CallResult>& results);
  void tell_frame(WorkerLink& link, ipc::Frame frame, Scheduler& scheduler, std::vector<CallResult>& results);
  void tell_failed_initializer(const std::string& payload, Scheduler& scheduler);

  // Events of the zygote.
  void tell_zygote_events(Scheduler& scheduler, std::vector<CallResult>& results);
  void on_spawned(WorkerSpawned spawned, Scheduler& scheduler);
  void on_not_spawned(const WorkerNotSpawned& failure, Scheduler& scheduler);
  void on_exited(WorkerNumber worker, const WorkerExit& how, Scheduler& scheduler,
                 std::vector<CallResult>& results);
  void adopt_orphans();

  const ProcessPoolExecutorOptions m_options;
  Zygote m_zygote;
  const std::shared_ptr<LargeRequests> m_large_requests;
  posix::Epoll m_epoll;
  posix::EventFd m_notification;
  std::map<WorkerNumber, WorkerLink> m_links;

  // One round of the supervisor's thread.
  std::array<posix::Epoll::Event, 64> m_events;
  std::size_t m_event_count = 0;
  std::vector<Received> m_received;
  std::vector<WorkerNumber> m_backlog;  // workers with more frames than were read
  std::vector<WorkerNumber> m_ended_orphans;
  bool m_zygote_is_readable = false;
};

}  // namespace spritefarm::futures
