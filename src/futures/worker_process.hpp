#pragma once

#include "ipc/channel.hpp"

#include <spritefarm/event_loop.hpp>
#include <spritefarm/function_table.hpp>

#include <functional>
#include <memory>
#include <unordered_map>

namespace spritefarm {

/// What a worker process does from its fork to its end: receives calls over its channel, runs them, sends
/// what came of each. One thread, one event loop: plain functions run one after another, coroutines side by
/// side.
class WorkerProcess {
 public:
  WorkerProcess(std::unique_ptr<ipc::Channel> channel, std::function<void()> initializer);
  /// Returns when the coordinator has closed the channel and nothing runs any more: the exit code.
  int run();

 private:
  void receive_calls();
  void start(ipc::Frame frame);
  void end_coroutine(std::uint64_t call);
  void send(ipc::FrameKind kind, std::uint64_t call, std::string payload);
  void send_failure(std::uint64_t call);

  EventLoop m_loop;  // first: what follows uses it until it is destroyed
  std::unique_ptr<ipc::Channel> m_channel;
  std::function<void()> m_initializer;
  EventLoop::Watch m_receiving;
  EventLoop::Watch m_sending;
  bool m_blocked = false;  // the channel has no room; m_sending waits for it
  std::unordered_map<std::uint64_t, std::unique_ptr<detail::RunningCoroutine>> m_coroutines;
};

}  // namespace spritefarm
