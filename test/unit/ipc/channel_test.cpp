#include "ipc/channel.hpp"

#include "ipc/channel_ends.hpp"
#include "ipc/frame.hpp"
#include "ipc/ring.hpp"
#include "ipc/ring_stream.hpp"
#include "posix/shared_memory.hpp"
#include "posix/shared_notification.hpp"
#include "support/catch.hpp"

#include <fcntl.h>
#include <poll.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace spritefarm;

namespace {

ipc::FrameHeader call_header(std::uint64_t call) {
  ipc::FrameHeader header;
  header.kind = ipc::FrameKind::call;
  header.call = call;
  return header;
}

/// Sends queued frames and receives until a frame has arrived. None after a minute without an event.
std::optional<ipc::Frame> next_frame(ipc::Channel& channel) {
  while (true) {
    if (auto frame = channel.receive()) return frame;
    const bool all_sent = channel.flush();
    pollfd ready[] = {{channel.receiving_fd(), POLLIN, 0}, {channel.sending_fd(), POLLOUT, 0}};
    if (::poll(ready, all_sent ? 1 : 2, 60'000) < 1) return std::nullopt;
  }
}

}  // namespace

TEST_CASE("a channel transfers frames of any size in both directions", "[channel]") {
  const Transport transport = GENERATE(Transport::shared_memory, Transport::pipe);
  ipc::ChannelEnds ends = ipc::ChannelEnds::make(transport);
  const std::unique_ptr<ipc::Channel> worker = ipc::open_channel(transport, std::move(ends.worker));
  constexpr std::size_t ring = 256 << 10;
  const std::vector<std::size_t> sizes{0,      1,         15,        16,        100,  4096,    65'511, 65'512,
                                       65'513, ring - 25, ring - 24, ring - 23, ring, 3 << 20, 0,      7};
  std::thread echoing([&] {
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      auto frame = next_frame(*worker);
      if (!frame) return;
      frame->header.kind = ipc::FrameKind::result;
      worker->send(frame->header, std::move(frame->payload));
    }
    while (!worker->receive() && !worker->flush()) {
      pollfd ready{transport == Transport::pipe ? worker->sending_fd() : worker->receiving_fd(),
                   static_cast<short>(transport == Transport::pipe ? POLLOUT : POLLIN), 0};
      if (::poll(&ready, 1, 60'000) < 1) return;
    }
  });
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const auto payload = std::make_shared<const std::string>(sizes[i], static_cast<char>('a' + i));
    ends.coordinator->send(call_header(i), *payload, payload);
  }
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    CAPTURE(i, sizes[i]);
    const auto frame = next_frame(*ends.coordinator);
    REQUIRE(frame);
    CHECK(frame->header.kind == ipc::FrameKind::result);
    CHECK(frame->header.call == i);
    CHECK((frame->payload == std::string(sizes[i], static_cast<char>('a' + i))));
  }
  echoing.join();
}

TEST_CASE("a channel queues a payload that it cannot send yet, and holds its owner", "[channel]") {
  const Transport transport = GENERATE(Transport::shared_memory, Transport::pipe);
  ipc::ChannelEnds ends = ipc::ChannelEnds::make(transport);
  const std::unique_ptr<ipc::Channel> worker = ipc::open_channel(transport, std::move(ends.worker));
  const auto payload = std::make_shared<const std::string>(1 << 20, 'x');
  ends.coordinator->send(call_header(1), *payload, payload);
  CHECK(payload.use_count() == 2);
  CHECK_FALSE(ends.coordinator->flush());
  std::optional<ipc::Frame> frame;
  while (!frame) {
    frame = worker->receive();
    ends.coordinator->flush();
  }
  CHECK(ends.coordinator->flush());
  CHECK(payload.use_count() == 1);
  CHECK((frame->payload == *payload));
}

TEST_CASE("open_channel refuses the descriptors of another transport", "[channel][bad]") {
  ipc::ChannelEnds pipes = ipc::ChannelEnds::make(Transport::pipe);
  CHECK_THROWS_AS(ipc::open_channel(Transport::shared_memory, std::move(pipes.worker)), ipc::CorruptFrame);
  ipc::ChannelEnds rings = ipc::ChannelEnds::make(Transport::shared_memory);
  CHECK_THROWS_AS(ipc::open_channel(Transport::pipe, std::move(rings.worker)), ipc::CorruptFrame);
}

TEST_CASE("a frame beyond the limit is corrupt before it has arrived", "[channel]") {
  const Transport transport = GENERATE(Transport::shared_memory, Transport::pipe);
  ipc::ChannelEnds ends = ipc::ChannelEnds::make(transport);
  const std::unique_ptr<ipc::Channel> worker = ipc::open_channel(transport, std::move(ends.worker));
  ends.coordinator->limit_payload(1000);
  worker->send(call_header(1), std::string(1000, 'x'));
  CHECK(ends.coordinator->receive());
  worker->send(call_header(2), std::string(1001, 'x'));
  CHECK_THROWS_AS(ends.coordinator->receive(), ipc::CorruptFrame);
}

TEST_CASE("what a dead worker left is received, although somebody writes on", "[channel]") {
  const Transport transport = GENERATE(Transport::shared_memory, Transport::pipe);
  ipc::ChannelEnds ends = ipc::ChannelEnds::make(transport);
  const std::unique_ptr<ipc::Channel> worker = ipc::open_channel(transport, std::move(ends.worker));
  worker->send(call_header(1), "the end");
  std::atomic<bool> stop = false;
  std::thread writing([&] {
    while (!stop) {
      worker->send(call_header(2), std::string(1000, 'x'));
      while (!worker->flush() && !stop) std::this_thread::yield();
    }
  });
  ends.coordinator->on_other_end_gone();
  std::vector<ipc::Frame> frames;
  while (auto frame = ends.coordinator->receive()) frames.push_back(*std::move(frame));
  stop = true;
  writing.join();
  REQUIRE(!frames.empty());
  CHECK(frames.front().payload == "the end");
  CHECK(frames.size() <= (2 << 20) / 1000);
}

TEST_CASE("neither side can make the other one's notifications wait", "[channel]") {
  posix::SharedNotification from_other, to_other;
  auto notifier = posix::SharedNotification::to_notify(from_other.notifying_fd().duplicate());
  const auto waiter = posix::SharedNotification::to_wait(to_other.fd().duplicate());
  REQUIRE(::fcntl(notifier.notifying_fd().get(), F_SETFL, 0) == 0);
  REQUIRE(::fcntl(waiter.fd().get(), F_SETFL, 0) == 0);
  from_other.clear();
  notifier.notify();
  pollfd ready{from_other.fd().get(), POLLIN, 0};
  CHECK(::poll(&ready, 1, 0) == 1);
  from_other.clear();
  CHECK(::poll(&ready, 1, 0) == 0);
  from_other.clear();
  for (int i = 0; i < 100'000; ++i) to_other.notify();  // more than a pipe holds
  ready.fd = waiter.fd().get();
  CHECK(::poll(&ready, 1, 0) == 1);
}

TEST_CASE("a side that finds its ring damaged when it writes throws when it reads, a worker at once",
          "[channel]") {
  ipc::RingStream coordinator;
  ipc::RingStream worker(coordinator.memory().duplicate(), coordinator.worker_waiting().duplicate(),
                         coordinator.worker_notifying().duplicate());
  constexpr std::size_t ring = ipc::Ring::size_in_memory(256 << 10);
  const posix::SharedMemory memory(coordinator.memory().duplicate(), 2 * ring);
  // Offset 128 of a ring: the position of its reader (ring.hpp). Ring 0 has the calls, ring 1 the results.
  const auto damage = [&](std::size_t index) {
    char* const word = static_cast<char*>(memory.data()) + index * ring + 128;
    reinterpret_cast<std::atomic<std::uint64_t>*>(word)->store(std::uint64_t{1} << 40);
  };
  const std::string bytes(300 << 10, 'x');  // more than fit, so that the position is read
  damage(0);
  damage(1);
  char byte = 0;
  CHECK(coordinator.write_some(bytes, "") == bytes.size());
  pollfd ready{coordinator.receiving_fd(), POLLIN, 0};
  CHECK(::poll(&ready, 1, 0) == 1);
  CHECK_THROWS_AS(coordinator.read_some(&byte, 1), ipc::CorruptFrame);
  CHECK_THROWS_AS(worker.write_some(bytes, ""), ipc::CorruptFrame);
  CHECK_THROWS_AS(worker.read_some(&byte, 1), ipc::CorruptFrame);
}
