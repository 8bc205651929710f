#pragma once

#include "futures/call_table.hpp"
#include "futures/large_results.hpp"
#include "ipc/call_slots.hpp"
#include "ipc/channel.hpp"
#include "posix/pid_fd.hpp"
#include "posix/shared_file.hpp"

#include <spritefarm/detail/call.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace spritefarm::futures {

/// The coordinator's end of one worker process: channel, call slots and, once it was spawned, the process.
/// Owned by the Supervisor. receive() is called by the supervisor's thread, without the pool's lock; all else
/// with it.
class WorkerLink {
 public:
  /// The frames that a worker has sent.
  struct Batch {
    std::vector<ipc::Frame> frames;
    std::string corrupt;    // why the bytes behind them are no frame
    bool has_more = false;  // there may be more
  };

  WorkerLink(WorkerNumber number, std::unique_ptr<ipc::Channel> channel, ipc::CallSlots slots,
             std::shared_ptr<posix::SharedFile> results)
      : m_number(number),
        m_channel(std::move(channel)),
        m_slots(std::move(slots)),
        m_results(std::move(results)) {}

  [[nodiscard]] WorkerNumber number() const noexcept { return m_number; }
  [[nodiscard]] ipc::Channel& channel() noexcept { return *m_channel; }
  [[nodiscard]] ipc::CallSlots& slots() noexcept { return m_slots; }
  [[nodiscard]] const ipc::CallSlots& slots() const noexcept { return m_slots; }

  void send_call(std::uint32_t slot, CallNumber number,
                 const std::shared_ptr<const detail::RemoteCall>& call);
  /// The result that a frame `large result` tells of. `max_size` is in bytes; 0: no limit. Throws
  /// CorruptFrame and std::system_error.
  [[nodiscard]] LargeResult open_result(std::string_view payload, std::size_t max_size) const;
  /// Once the worker has answered a call: it no longer reads the request.
  void on_answer(CallNumber number) noexcept { m_large.erase(number); }
  /// A frame without payload.
  void send(ipc::FrameKind kind, CallNumber number = 0);
  /// At most 1024 frames, so that one worker cannot keep others waiting. None of a distrusted worker.
  Batch receive();

  int pid = 0;  // 0: not spawned yet
  posix::PidFd process;
  bool is_blocked = false;     // its channel is full, and the Supervisor watches for room
  bool is_distrusted = false;  // it broke the protocol: the Supervisor ignores it
  bool is_orphan = false;      // its zygote has ended: the Supervisor watches the process itself

 private:
  const WorkerNumber m_number;
  const std::unique_ptr<ipc::Channel> m_channel;
  ipc::CallSlots m_slots;
  const std::shared_ptr<posix::SharedFile> m_results;
  std::unordered_map<CallNumber, std::shared_ptr<detail::LargeBytes>> m_large;  // that the worker may read
};

}  // namespace spritefarm::futures
