#include "futures/worker_link.hpp"

#include <new>
#include <utility>

namespace spritefarm::futures {
namespace {

constexpr std::size_t max_frames_at_once = 1024;

}  // namespace

void WorkerLink::send_call(std::uint32_t slot, CallNumber number,
                           const std::shared_ptr<const detail::RemoteCall>& call) {
  m_slots.offer(slot, number);
  ipc::FrameHeader header;
  header.kind = ipc::FrameKind::call;
  header.slot = slot;
  header.call = number;
  const detail::Encoded& request = call->request();
  if (!request.large) return m_channel->send(header, request.bytes, call);
  header.kind = ipc::FrameKind::large_call;
  m_large.insert_or_assign(number, request.large);
  m_channel->send(header, request.large->place());
}

LargeResult WorkerLink::open_result(std::string_view payload, std::size_t max_size) const {
  const LargePlace place = LargePlace::decode(payload);
  if (max_size > 0) ipc::check_limit(place.size, max_size);
  return LargeResult(m_results, place);
}

void WorkerLink::send(ipc::FrameKind kind, CallNumber number) {
  ipc::FrameHeader header;
  header.kind = kind;
  header.call = number;
  m_channel->send(header);
}

WorkerLink::Batch WorkerLink::receive() {
  Batch batch;
  if (is_distrusted) return batch;
  try {
    while (batch.frames.size() < max_frames_at_once) {
      auto frame = m_channel->receive();
      if (!frame) return batch;
      batch.frames.push_back(std::move(*frame));
    }
    batch.has_more = true;
  } catch (const ipc::CorruptFrame& error) {
    batch.corrupt = error.what();
  } catch (const std::bad_alloc&) {
    batch.corrupt = "not enough memory for what it sent";
  }
  return batch;
}

}  // namespace spritefarm::futures
