#pragma once

#include "ipc/byte_stream.hpp"
#include "ipc/frame.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::ipc {

/// One end of the private connection between the coordinator and one worker process: frames over a stream of bytes.
/// Each end belongs to one process; one thread at a time sends and one receives, and these may be two. Nothing here
/// waits: what cannot be sent yet is kept, and flush() goes on with it.
class Channel {
 public:
  explicit Channel(std::unique_ptr<ByteStream> stream);

  /// Sends a frame (its `size` is set here), or as much of it as there is room for; the payload's owner is kept until
  /// the rest is sent. Silent when the other end is gone: its death is told by other ways.
  void send(FrameHeader header, std::string_view payload, std::shared_ptr<const void> owner);
  void send(FrameHeader header, std::string payload = {});
  /// Sends more of what is left; true when nothing is.
  bool flush();

  /// The next whole frame that has arrived. Throws CorruptFrame.
  std::optional<Frame> receive();
  /// The other end has closed, and everything that it sent has been received.
  [[nodiscard]] bool ended() const noexcept { return m_stream->ended(); }

  /// What to watch: readable when there may be a frame, and, while flush() is false, writable when there may be room;
  /// -1: the first tells of that too, and then flush() comes after receive(), which takes the sign away.
  [[nodiscard]] int receiving_fd() const noexcept { return m_stream->receiving_fd(); }
  [[nodiscard]] int sending_fd() const noexcept { return m_stream->sending_fd(); }

 private:
  struct Unsent {
    FrameHeader header;
    std::string_view payload;
    std::shared_ptr<const void> owner;
    std::size_t sent = 0;  // of header and payload together
    [[nodiscard]] bool whole() const noexcept { return sent == sizeof header + payload.size(); }
  };
  Unsent begin(FrameHeader header, std::string_view payload);
  void write_some(Unsent& frame);
  std::size_t take(char* to, std::size_t size);

  std::unique_ptr<ByteStream> m_stream;
  std::deque<Unsent> m_unsent;

  std::vector<char> m_buffer;  // bytes that were read ahead: [m_begin, m_end)
  std::size_t m_begin = 0;
  std::size_t m_end = 0;

  // The frame that is arriving.
  FrameHeader m_header;
  std::size_t m_header_got = 0;
  std::string m_payload;  // grows as bytes arrive, not as the header promises
  std::size_t m_payload_got = 0;
};

}  // namespace spritefarm::ipc
