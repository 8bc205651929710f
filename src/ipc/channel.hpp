#pragma once

#include "ipc/byte_stream.hpp"
#include "ipc/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::ipc {

/// One end of the private connection between the coordinator and one worker process: frames over a stream of
/// bytes. Each end belongs to one process. One thread at a time sends and one receives; they can be different
/// threads. No member waits: a frame that cannot be sent completely is queued, and flush() continues it.
class Channel {
 public:
  explicit Channel(std::unique_ptr<ByteStream> stream);

  /// Sends a frame, as far as there is room, and queues the rest. Sets the `size` of the header. Holds
  /// `owner`, which owns the payload, until the whole frame is sent. A frame to a process that has ended is
  /// lost without an error.
  void send(FrameHeader header, std::string_view payload, std::shared_ptr<const void> owner);
  /// The same, with a payload that the channel owns.
  void send(FrameHeader header, std::string payload = {});
  /// Sends more of the queue. True if the queue is empty.
  bool flush();

  /// Frames with more bytes than this are corrupt.
  void limit_payload(std::uint64_t bytes) noexcept { m_max_payload = bytes; }
  /// Call when the other process has ended: only what its stream can hold is still received. A process that
  /// it has left behind may write on.
  void on_other_end_gone() noexcept;

  /// The next frame that has arrived completely. Throws CorruptFrame, and std::bad_alloc: then none of the
  /// later ones can be received.
  std::optional<Frame> receive();
  /// True if the other end has closed and all its frames are received.
  [[nodiscard]] bool ended() const noexcept { return m_stream->ended(); }

  /// Watch receiving_fd() for reading: there may be a frame. While flush() returns false, watch sending_fd()
  /// for writing: there may be room. If sending_fd() is -1, receiving_fd() becomes readable for both; call
  /// receive(), which clears it, before flush().
  [[nodiscard]] int receiving_fd() const noexcept { return m_stream->receiving_fd(); }
  [[nodiscard]] int sending_fd() const noexcept { return m_stream->sending_fd(); }

 private:
  struct Unsent {
    FrameHeader header;
    std::string_view payload;
    std::shared_ptr<const void> owner;
    std::size_t sent = 0;  // bytes of header and payload
    [[nodiscard]] bool whole() const noexcept { return sent == sizeof header + payload.size(); }
  };
  Unsent begin(FrameHeader header, std::string_view payload);
  void write_some(Unsent& frame);
  std::size_t take(char* to, std::size_t size);
  std::size_t read_some(char* to, std::size_t size);

  std::unique_ptr<ByteStream> m_stream;
  std::deque<Unsent> m_unsent;

  std::vector<char> m_buffer;  // read ahead: the bytes from m_begin to m_end
  std::size_t m_begin = 0;
  std::size_t m_end = 0;

  std::uint64_t m_max_payload = ~std::uint64_t{0};
  std::uint64_t m_max_rest = ~std::uint64_t{0};  // bytes that are still taken from the stream

  // The frame that is arriving.
  FrameHeader m_header;
  std::size_t m_header_got = 0;
  std::string m_payload;  // grows with the bytes that arrive, not with the size in the header
  std::size_t m_payload_got = 0;
};

}  // namespace spritefarm::ipc
