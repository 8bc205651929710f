#pragma once

#include "futures/large_results.hpp"
#include "futures/memory_limit.hpp"
#include "futures/zygote.hpp"
#include "ipc/call_slots.hpp"
#include "ipc/channel.hpp"
#include "posix/fd.hpp"
#include "posix/mapping.hpp"
#include "posix/shared_file.hpp"

#include <spritefarm/detail/function_table.hpp>
#include <spritefarm/detail/large_bytes.hpp>
#include <spritefarm/event_loop.hpp>
#include <spritefarm/transport.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace spritefarm::futures {

/// The settings that all workers of a pool share.
struct WorkerPlan {
  Transport transport = Transport::shared_memory;
  std::uint32_t slots = 0;  // maximum number of calls that one worker holds
  int concurrency = 1;      // maximum number of coroutines that run at a time
  std::size_t max_rss = 0;  // bytes; 0: no limit
};

/// The main object of a worker process: receives calls over the channel, starts those that are not recalled,
/// and sends their results. One thread with one event loop: plain functions run one after another, and up to
/// `concurrency` coroutines at a time. Throws CorruptFrame if the coordinator breaks the protocol, and
/// std::system_error.
class WorkerProcess {
 public:
  /// `max_rss` is in bytes; 0: no limit. If a call could exceed it, the worker starts no more calls and
  /// reports that.
  WorkerProcess(std::unique_ptr<ipc::Channel> channel, ipc::CallSlots slots, posix::Fd requests,
                posix::SharedFile results, int concurrency, std::size_t max_rss = 0);
  /// Serves the channel until the coordinator has sent `leave` or has closed it, and no call runs. Returns
  /// the exit code.
  int run(const std::function<void()>& initializer);

 private:
  void receive_frames();
  void start_waiting();
  void start(const ipc::Frame& frame);
  posix::Mapping map_request(std::string_view payload) const;
  void end_coroutine(std::uint64_t call);
  void stop_coroutine(std::uint64_t call);
  void send_result(std::uint64_t call, detail::Encoded result);
  void send(ipc::FrameKind kind, std::uint64_t call, std::string payload);
  void send_unsent();
  void send_failure(std::uint64_t call, const std::exception_ptr& exception);

  /// A coroutine that has started, and the large request to which its arguments may refer.
  struct Running {
    posix::Mapping request;
    std::unique_ptr<detail::RunningCoroutine> coroutine;
  };

  EventLoop m_loop;  // first, because the other members use it in their destructors
  std::unique_ptr<ipc::Channel> m_channel;
  ipc::CallSlots m_slots;
  const posix::Fd m_requests;  // the file of large ones
  LargeResults m_results;
  const std::size_t m_concurrency;
  std::optional<MemoryLimit> m_memory_limit;
  EventLoop::Watch m_receiving;
  EventLoop::Watch m_sending;
  bool m_blocked = false;            // a frame is not completely sent
  bool m_draining = false;           // starts no more calls
  bool m_exiting = false;            // no more calls will come
  std::deque<ipc::Frame> m_waiting;  // calls that have not started
  std::unordered_map<std::uint64_t, Running> m_coroutines;
};

/// The main function of a worker process. Returns its exit code.
int run_worker(const WorkerPlan& plan, const std::function<void()>& initializer, WorkerStart start);

}  // namespace spritefarm::futures
