#pragma once

#include "posix/fd.hpp"

#include <cstdint>

namespace spritefarm::system {

/// A TCP socket that listens on 127.0.0.1, non-blocking; `port` 0 takes a free one. Throws
/// std::system_error.
posix::Fd listen_on_loopback(std::uint16_t port);

/// The port that a socket is bound to.
std::uint16_t local_port(int socket);

/// Ends a TCP connection with a reset. The descriptor stays open, and its owner's to close.
void reset_connection(int socket) noexcept;

/// Whether the other side has closed a TCP connection of which all that came was read.
bool peer_has_left(int socket) noexcept;

}  // namespace spritefarm::system
