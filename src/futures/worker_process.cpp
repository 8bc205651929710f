#include "futures/worker_process.hpp"

#include "futures/exception_record.hpp"

#include <spritefarm/codec.hpp>

#include <exception>
#include <utility>

namespace spritefarm {

WorkerProcess::WorkerProcess(std::unique_ptr<ipc::Channel> channel, std::function<void()> initializer)
    : m_channel(std::move(channel)), m_initializer(std::move(initializer)) {}

int WorkerProcess::run() {
  constexpr int could_not_start = 1;
  try {
    if (m_initializer) m_initializer();
  } catch (...) {
    send_failure(0);
    m_loop.run_until([this] { return !m_blocked; });
    return could_not_start;
  }
  Encoder digest;
  encode(digest, detail::function_table_digest());
  send(ipc::FrameKind::ready, 0, std::move(digest).take());
  m_receiving =
      m_loop.watch(m_channel->receiving_fd(), EventLoop::readable, [this](unsigned) { receive_calls(); });
  m_loop.run_until([this] { return m_channel->ended() && m_coroutines.empty() && !m_blocked; });
  m_receiving = {};
  m_sending = {};
  return 0;
}

void WorkerProcess::receive_calls() {
  while (auto frame = m_channel->receive()) start(std::move(*frame));
  if (m_channel->ended()) m_receiving = {};
}

void WorkerProcess::start(ipc::Frame frame) {
  const std::uint64_t number = frame.call;
  try {
    Decoder from(frame.payload);
    const auto entry = detail::function_entry(decode<detail::FunctionId>(from));
    Encoder result;
    if (auto coroutine = entry(from, result)) {
      const auto& started = m_coroutines.emplace(number, std::move(coroutine)).first->second;
      // Posted: the coroutine cannot be destroyed within its own last step.
      started->start([this, number] { m_loop.post([this, number] { end_coroutine(number); }); });
    } else {
      send(ipc::FrameKind::result, number, std::move(result).take());
    }
  } catch (...) {
    send_failure(number);
  }
}

void WorkerProcess::end_coroutine(std::uint64_t number) {
  const auto ended = m_coroutines.extract(number);
  try {
    Encoder result;
    ended.mapped()->take(result);
    send(ipc::FrameKind::result, number, std::move(result).take());
  } catch (...) {
    send_failure(number);
  }
}

void WorkerProcess::send_failure(std::uint64_t call) {
  send(ipc::FrameKind::failure, call, encode_exception(std::current_exception()));
}

void WorkerProcess::send(ipc::FrameKind kind, std::uint64_t call, std::string payload) {
  m_channel->send(kind, call, std::make_shared<const std::string>(std::move(payload)));
  if (m_blocked || m_channel->flush()) return;
  m_blocked = true;
  m_sending = m_loop.watch(m_channel->sending_fd(), EventLoop::writable, [this](unsigned) {
    if (!m_channel->flush()) return;
    m_blocked = false;
    m_sending = {};
  });
}

}  // namespace spritefarm
