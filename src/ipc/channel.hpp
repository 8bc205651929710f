#pragma once

#include "ipc/frame.hpp"

#include <memory>
#include <optional>
#include <string>

namespace spritefarm::ipc {

/// One end of the private connection between the coordinator and one worker process; each end belongs to one
/// process and is used by one thread at a time. Nothing here waits: what cannot be sent yet is kept, and
/// flush() goes on with it.
class Channel {
 public:
  /// Kept until it is sent, without being copied.
  using Payload = std::shared_ptr<const std::string>;

  virtual ~Channel() = default;

  /// Sends a frame (its `size` is set here), or as much of it as there is room for. Silent when the other end is gone: its death is
  /// told by other ways.
  virtual void send(FrameHeader header, Payload payload) = 0;
  /// Sends more of what is left; true when nothing is.
  virtual bool flush() = 0;

  /// The next whole frame that has arrived. Throws CorruptFrame.
  virtual std::optional<Frame> receive() = 0;
  /// The other end has closed, and everything that it sent has been received.
  [[nodiscard]] virtual bool ended() const noexcept = 0;
  /// Tells the other end that nothing more will come.
  virtual void close_sending() noexcept = 0;

  /// What to watch: ready to be received from, and, while flush() is false, ready to be sent to.
  [[nodiscard]] virtual int receiving_fd() const noexcept = 0;
  [[nodiscard]] virtual int sending_fd() const noexcept = 0;
};

}  // namespace spritefarm::ipc
