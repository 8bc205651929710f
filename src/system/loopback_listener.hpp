#pragma once

#include "posix/fd.hpp"

#include <cstdint>

namespace spritefarm::system {

/// A non-blocking TCP socket that listens on 127.0.0.1. Port 0 chooses a free port. Throws std::system_error.
posix::Fd listen_on_loopback(std::uint16_t port);

/// The port that a socket is bound to. Throws std::system_error.
std::uint16_t local_port(int socket);

/// The bytes that a TCP connection has received; 0 if the kernel does not tell.
std::uint64_t received_bytes(int socket) noexcept;

/// Ends a connection in both directions: whoever reads it sees its end. The descriptor stays open.
void shut_down_connection(int socket) noexcept;

/// Resets a TCP connection (RST). The descriptor stays open; its owner closes it.
void reset_connection(int socket) noexcept;

/// Whether the peer has closed or reset the connection and no received data is left to read.
bool peer_has_left(int socket) noexcept;

}  // namespace spritefarm::system
