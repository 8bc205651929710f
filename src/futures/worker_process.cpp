#include "futures/worker_process.hpp"

#include "futures/large_place.hpp"
#include "ipc/channel_ends.hpp"
#include "posix/fork.hpp"
#include "posix/process_memory.hpp"

#include <spritefarm/detail/outcome.hpp>
#include <spritefarm/errors.hpp>

#include <exception>
#include <utility>

namespace spritefarm::futures {
namespace {

std::size_t resident_memory_now() {
  return posix::resident_memory(posix::current_pid()).value_or(0);
}

}  // namespace

WorkerProcess::WorkerProcess(std::unique_ptr<ipc::Channel> channel, ipc::CallSlots slots, posix::Fd requests,
                             posix::SharedFile results, int concurrency, std::size_t max_rss)
    : m_channel(std::move(channel)),
      m_slots(std::move(slots)),
      m_requests(std::move(requests)),
      m_results(std::move(results)),
      m_concurrency(static_cast<std::size_t>(concurrency)) {
  if (max_rss > 0) m_memory_limit.emplace(max_rss);
}

int WorkerProcess::run(const std::function<void()>& initializer) {
  constexpr int could_not_start = 1;
  const auto watch_receiving = [this] {
    m_receiving =
        m_loop.watch(m_channel->receiving_fd(), EventLoop::readable, [this](unsigned) { receive_frames(); });
  };
  try {
    if (initializer) initializer();
  } catch (...) {
    m_draining = true;
    watch_receiving();
    send_failure(0, std::current_exception());
    m_loop.run_until([this] { return !m_blocked; });
    return could_not_start;
  }
  if (m_memory_limit) m_memory_limit->begin(resident_memory_now());
  Encoder table;
  detail::encode_function_table(table);
  send(ipc::FrameKind::ready, 0, std::move(table).take());
  watch_receiving();
  m_loop.run_until([this] {
    return (m_exiting || m_channel->ended()) && (m_waiting.empty() || m_draining) && m_coroutines.empty() &&
           !m_blocked;
  });
  m_receiving = {};
  m_sending = {};
  return 0;
}

void WorkerProcess::receive_frames() {
  while (auto frame = m_channel->receive()) {
    if (frame->header.kind == ipc::FrameKind::stop) {
      stop_coroutine(frame->header.call);
    } else if (frame->header.kind == ipc::FrameKind::leave) {
      m_exiting = true;
    } else {
      m_waiting.push_back(std::move(*frame));
      start_waiting();
    }
  }
  if (m_channel->ended()) m_receiving = {};
  if (m_blocked) send_unsent();  // in a ring, this notification can also mean that there is room again
}

/// Starts no call while a result is not completely sent. So if this process is killed, only its running calls
/// and that result are lost.
void WorkerProcess::start_waiting() {
  while (!m_waiting.empty() && m_coroutines.size() < m_concurrency && !m_blocked && !m_draining) {
    const ipc::Frame next = std::move(m_waiting.front());
    m_waiting.pop_front();
    if (m_slots.start(next.header.slot, next.header.call))
      start(next);
    else
      send(ipc::FrameKind::skipped, next.header.call, {});
  }
}

void WorkerProcess::start(const ipc::Frame& frame) {
  const std::uint64_t number = frame.header.call;
  std::optional<detail::Encoded> result;
  try {
    posix::Mapping large;
    if (frame.header.kind == ipc::FrameKind::large_call) large = map_request(frame.payload);
    Decoder from =
        large.bytes().empty() ? Decoder(frame.payload) : Decoder(large.bytes(), detail::BytesIn::request);
    const auto entry = detail::function_entry(decode<detail::FunctionId>(from));
    Encoder to(&m_results);
    if (auto coroutine = entry(from, to)) {
      const auto& started = m_coroutines.emplace(number, Running{std::move(large), std::move(coroutine)})
                                .first->second.coroutine;
      // Posted, because the coroutine must not be destroyed during its own last step.
      started->start([this, number] { m_loop.post([this, number] { end_coroutine(number); }); });
      return;
    }
    result = std::move(to).take_encoded();
  } catch (...) {
    return send_failure(number, std::current_exception());
  }
  send_result(number, *std::move(result));
}

posix::Mapping WorkerProcess::map_request(std::string_view payload) const {
  const LargePlace place = LargePlace::decode(payload);
  return posix::Mapping(m_requests, place.offset, place.size, posix::Mapping::Access::read);
}

void WorkerProcess::end_coroutine(std::uint64_t number) {
  {
    const auto ended = m_coroutines.extract(number);
    if (ended.empty()) return;  // stopped after it had ended
    std::optional<detail::Encoded> result;
    try {
      Encoder to(&m_results);
      ended.mapped().coroutine->take(to);
      result = std::move(to).take_encoded();
    } catch (...) {
      send_failure(number, std::current_exception());
    }
    if (result) send_result(number, *std::move(result));
  }  // destroys its arguments before the next call starts
  start_waiting();
}

void WorkerProcess::stop_coroutine(std::uint64_t number) {
  if (m_coroutines.erase(number) == 0) return;  // the result has been sent
  send_failure(number, std::make_exception_ptr(CancelledError()));
  start_waiting();
}

void WorkerProcess::send_result(std::uint64_t call, detail::Encoded result) {
  if (result.large)
    send(ipc::FrameKind::large_result, call, result.large->place());
  else
    send(ipc::FrameKind::result, call, std::move(result.bytes));
}

void WorkerProcess::send_failure(std::uint64_t call, const std::exception_ptr& exception) {
  Encoder encoded;
  encode(encoded, exception);
  send(ipc::FrameKind::failure, call, std::move(encoded).take());
}

void WorkerProcess::send(ipc::FrameKind kind, std::uint64_t call, std::string payload) {
  ipc::FrameHeader header;
  header.kind = kind;
  header.call = call;
  if (kind != ipc::FrameKind::ready && kind != ipc::FrameKind::skipped) {
    if (m_memory_limit && m_memory_limit->near(resident_memory_now(), m_coroutines.size() + 1))
      m_draining = true;
    header.slot = m_draining;
  }
  m_channel->send(header, std::move(payload));
  if (m_blocked || m_channel->flush()) return;
  m_blocked = true;
  if (m_channel->sending_fd() >= 0)
    m_sending =
        m_loop.watch(m_channel->sending_fd(), EventLoop::writable, [this](unsigned) { send_unsent(); });
}

void WorkerProcess::send_unsent() {
  if (!m_channel->flush()) return;
  m_blocked = false;
  m_sending = {};
  start_waiting();
}

int run_worker(const WorkerPlan& plan, const std::function<void()>& initializer, WorkerStart start) {
  if (plan.max_rss == 0) posix::keep_freed_memory();
  return WorkerProcess(ipc::open_channel(plan.transport, std::move(start.channel)),
                       ipc::CallSlots(std::move(start.slots), plan.slots), std::move(start.requests),
                       posix::SharedFile(std::move(start.results)), plan.concurrency, plan.max_rss)
      .run(initializer);
}

}  // namespace spritefarm::futures
