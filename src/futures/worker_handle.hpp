#pragma once

#include "ipc/call_slots.hpp"
#include "ipc/channel.hpp"
#include "posix/pid_fd.hpp"

#include <spritefarm/detail/call.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace spritefarm {

/// A call on its way through a pool.
struct PendingCall {
  std::shared_ptr<detail::RemoteCall> call;
  int deaths = 0;  // workers that have died under it
};

/// The coordinator's end of one worker process: its channel, and the calls that were sent and have no result yet. Owned
/// by the pool, used under its lock.
class WorkerHandle {
 public:
  /// `concurrency` calls run at once; what the slots hold beyond that waits at the worker.
  WorkerHandle(std::uint32_t number, std::unique_ptr<ipc::Channel> channel, ipc::CallSlots slots,
               int concurrency);

  [[nodiscard]] std::uint32_t number() const noexcept { return m_number; }
  [[nodiscard]] ipc::Channel& channel() noexcept { return *m_channel; }

  [[nodiscard]] std::size_t busy() const noexcept { return m_sent.size(); }
  [[nodiscard]] bool has_room() const noexcept { return !m_free_slots.empty(); }
  /// More calls than can run at once: some may wait.
  [[nodiscard]] bool has_backlog() const noexcept { return m_sent.size() > m_concurrency; }
  /// Calls that this worker has been given, less those that were taken back.
  [[nodiscard]] int tasks() const noexcept { return m_tasks; }

  /// Sends a call. Only while there is room.
  void send(std::uint64_t call_number, PendingCall pending);
  /// Takes a call back; none if the worker has started it.
  std::optional<PendingCall> recall(std::uint64_t call_number);
  /// Takes back the call that was sent last of those that have not started.
  std::optional<PendingCall> recall_newest();
  /// Takes a call out whose result has come. Its `call` is null where detach() gave it away. None: no such call.
  std::optional<PendingCall> finish(std::uint64_t call_number);
  /// Gives a call away whose future is not waiting for this worker any more; the worker still runs it.
  std::shared_ptr<detail::RemoteCall> detach(std::uint64_t call_number);
  /// Takes all calls out: the worker has gone. Those that it had not started come first.
  struct Unfinished {
    std::vector<PendingCall> not_started;
    std::vector<PendingCall> started;
  };
  Unfinished take_all();

  /// Null when it is not here, or abandoned.
  [[nodiscard]] const detail::RemoteCall* look_at(std::uint64_t call_number) const;
  [[nodiscard]] bool has(std::uint64_t call_number) const { return m_sent.contains(call_number); }
  [[nodiscard]] std::optional<ipc::CallSlots::Clock::time_point> started(std::uint64_t call_number) const;
  /// The slot of this call, which is here, has been overwritten.
  [[nodiscard]] bool damaged(std::uint64_t call_number) const;

  int pid = 0;  // 0: not forked yet
  posix::PidFd process;
  bool ready = false;     // it has said so
  bool draining = false;  // gets no more calls, and ends after its last
  bool exiting = false;   // it was told to end
  int end_signal = 0;     // by this signal, as soon as it has been forked; 0: by the end of its channel
  bool blocked = false;   // its channel has no room
  bool corrupt = false;   // it wrote what no worker writes: nothing more of it counts, and it is killed

 private:
  struct Sent {
    PendingCall pending;
    std::uint32_t slot = 0;
  };
  using Calls = std::map<std::uint64_t, Sent>;
  PendingCall take(Calls::iterator sent);

  const std::uint32_t m_number;
  std::unique_ptr<ipc::Channel> m_channel;
  ipc::CallSlots m_slots;
  const std::size_t m_concurrency;
  std::vector<std::uint32_t> m_free_slots;
  Calls m_sent;  // by number: the order in which they were sent
  int m_tasks = 0;
};

}  // namespace spritefarm
