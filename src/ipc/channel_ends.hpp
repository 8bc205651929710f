#pragma once

#include "ipc/channel.hpp"
#include "posix/fd.hpp"

#include <spritefarm/transport.hpp>

#include <memory>
#include <vector>

namespace spritefarm::ipc {

/// Both ends of a new channel: that of the coordinator, and the descriptors from which a worker process opens
/// its own.
struct ChannelEnds {
  std::unique_ptr<Channel> coordinator;
  std::vector<posix::Fd> worker;

  /// Throws std::system_error.
  static ChannelEnds make(Transport transport);
};

/// In the worker: opens its end from ChannelEnds::worker. Throws std::system_error and CorruptFrame.
std::unique_ptr<Channel> open_channel(Transport transport, std::vector<posix::Fd> worker);

}  // namespace spritefarm::ipc
