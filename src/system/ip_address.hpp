#pragma once

#include <string>
#include <string_view>

struct sockaddr;

namespace spritefarm::system {

/// An IP address and a port. An address of another kind has no text.
struct IpEndpoint {
  std::string address;
  int port = 0;
};
IpEndpoint endpoint_of(const sockaddr& address);

/// Whether an IP address is no place of the public internet: loopback, link-local, private, shared (CGNAT),
/// unique-local, multicast or reserved, also if it is an IPv4 address within an IPv6 address. `text` is
/// numeric, without brackets; of any other text the answer is no.
bool is_private_address(std::string_view text);

}  // namespace spritefarm::system
