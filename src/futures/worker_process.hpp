#pragma once

#include "futures/memory_limit.hpp"
#include "futures/zygote.hpp"
#include "ipc/call_slots.hpp"
#include "ipc/channel.hpp"

#include <spritefarm/detail/function_table.hpp>
#include <spritefarm/event_loop.hpp>
#include <spritefarm/transport.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

namespace spritefarm {

/// What all workers of a pool are like.
struct WorkerPlan {
  Transport transport = Transport::shared_memory;
  std::uint32_t slots = 0;  // calls that are sent to one worker at a time at most
  int concurrency = 1;      // of those, coroutines that run at a time
  std::size_t max_rss = 0;  // bytes; 0: no limit
};

/// What a worker process does from its fork to its end: receives calls over its channel, starts those that have not been
/// recalled, sends what came of each. One thread, one event loop: plain functions run one after another, up to
/// `concurrency` coroutines side by side.
class WorkerProcess {
 public:
  /// `max_rss`: in bytes, 0 for none. Once this process nears it after a call, it starts no more and says so.
  WorkerProcess(std::unique_ptr<ipc::Channel> channel, ipc::CallSlots slots, int concurrency,
                std::size_t max_rss = 0);
  /// Returns when the coordinator has said that the worker is to leave, or has gone, and nothing runs any more: the exit
  /// code.
  int run(const std::function<void()>& initializer);

 private:
  void receive_frames();
  void start_waiting();
  void start(const ipc::Frame& frame);
  void end_coroutine(std::uint64_t call);
  void stop_coroutine(std::uint64_t call);
  void send(ipc::FrameKind kind, std::uint64_t call, std::string payload);
  void send_rest();
  void send_failure(std::uint64_t call, const std::exception_ptr& exception);

  EventLoop m_loop;  // first: what follows uses it until it is destroyed
  std::unique_ptr<ipc::Channel> m_channel;
  ipc::CallSlots m_slots;
  const std::size_t m_concurrency;
  std::optional<MemoryLimit> m_memory_limit;
  EventLoop::Watch m_receiving;
  EventLoop::Watch m_sending;
  bool m_blocked = false;  // the channel has no room; m_sending waits for it
  bool m_draining = false;
  bool m_exiting = false;            // no more calls will come
  std::deque<ipc::Frame> m_waiting;  // calls that have arrived and not started
  std::unordered_map<std::uint64_t, std::unique_ptr<detail::RunningCoroutine>> m_coroutines;
};

/// A worker process of this plan: its exit code.
int run_worker(const WorkerPlan& plan, const std::function<void()>& initializer, WorkerStart start);

}  // namespace spritefarm
