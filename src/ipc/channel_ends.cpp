#include "ipc/channel_ends.hpp"

#include "ipc/pipe_stream.hpp"
#include "ipc/ring_stream.hpp"
#include "posix/pipe.hpp"

#include <utility>

namespace spritefarm::ipc {
namespace {

ChannelEnds make_pipes() {
  posix::Pipe calls = posix::Pipe::make();
  posix::Pipe results = posix::Pipe::make();
  ChannelEnds ends;
  ends.worker.push_back(calls.read_end.duplicate());
  ends.worker.push_back(std::move(results.write_end));
  auto stream = std::make_unique<PipeStream>(std::move(results.read_end), std::move(calls.write_end));
  stream->keep_open(std::move(calls.read_end));
  ends.coordinator = std::make_unique<Channel>(std::move(stream));
  return ends;
}

ChannelEnds make_rings() {
  auto stream = std::make_unique<RingStream>();
  ChannelEnds ends;
  ends.worker.push_back(stream->memory().duplicate());
  ends.worker.push_back(stream->worker_waiting().duplicate());
  ends.worker.push_back(stream->worker_notifying().duplicate());
  ends.coordinator = std::make_unique<Channel>(std::move(stream));
  return ends;
}

}  // namespace

ChannelEnds ChannelEnds::make(Transport transport) {
  return transport == Transport::pipe ? make_pipes() : make_rings();
}

std::unique_ptr<Channel> open_channel(Transport transport, std::vector<posix::Fd> worker) {
  if (worker.size() != (transport == Transport::pipe ? 2 : 3))
    throw CorruptFrame("a channel has the wrong number of descriptors");
  if (transport == Transport::pipe)
    return std::make_unique<Channel>(
        std::make_unique<PipeStream>(std::move(worker[0]), std::move(worker[1])));
  return std::make_unique<Channel>(
      std::make_unique<RingStream>(std::move(worker[0]), std::move(worker[1]), std::move(worker[2])));
}

}  // namespace spritefarm::ipc
