#include "system/ip_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace spritefarm::system {
namespace {

struct Range4 {
  std::uint32_t first;
  int bits;
};

// RFC 6890 and its registry of special addresses.
constexpr std::array<Range4, 12> private_ranges{{
    {0x00000000, 8},   // this network
    {0x0a000000, 8},   // private
    {0x64400000, 10},  // shared by a provider's customers
    {0x7f000000, 8},   // loopback
    {0xa9fe0000, 16},  // link-local
    {0xac100000, 12},  // private
    {0xc0000000, 24},  // IETF protocols
    {0xc0586300, 24},  // 6to4 relays
    {0xc0a80000, 16},  // private
    {0xc6120000, 15},  // benchmarks
    {0xe0000000, 4},   // multicast
    {0xf0000000, 4},   // reserved, broadcast
}};

bool is_private(std::uint32_t address) {
  return std::any_of(private_ranges.begin(), private_ranges.end(), [address](const Range4& range) {
    return address >> (32 - range.bits) == range.first >> (32 - range.bits);
  });
}

using Bytes = std::array<std::uint8_t, 16>;

std::uint32_t number_at(const Bytes& bytes, std::size_t at) {
  return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 |
         std::uint32_t{bytes[at + 2]} << 8 | bytes[at + 3];
}

bool is_private(const Bytes& bytes) {
  const auto begins = [&](std::initializer_list<std::uint8_t> head) {
    return std::equal(head.begin(), head.end(), bytes.begin());
  };
  const std::uint8_t second = bytes[1];
  if (begins({0, 0, 0, 0, 0, 0, 0, 0, 0, 0}))  // ::, ::1, IPv4-mapped and IPv4-compatible addresses
    return number_at(bytes, 12) <= 1 || is_private(number_at(bytes, 12)) ||
           !(begins({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}));
  if (begins({0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0}))
    return is_private(number_at(bytes, 12));                         // NAT64
  if (begins({0, 0x64, 0xff, 0x9b, 0, 1})) return true;              // local NAT64
  if (begins({0x20, 0x02})) return is_private(number_at(bytes, 2));  // 6to4
  if (bytes[0] == 0xfe) return second >= 0x80;                       // link-local, site-local
  return (bytes[0] & 0xfe) == 0xfc || bytes[0] == 0xff;              // unique-local, multicast
}

}  // namespace

IpEndpoint endpoint_of(const sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.sa_family == AF_INET) {
    const auto& ip4 = reinterpret_cast<const sockaddr_in&>(address);
    if (::inet_ntop(AF_INET, &ip4.sin_addr, text.data(), text.size()))
      return {text.data(), ntohs(ip4.sin_port)};
  } else if (address.sa_family == AF_INET6) {
    const auto& ip6 = reinterpret_cast<const sockaddr_in6&>(address);
    if (::inet_ntop(AF_INET6, &ip6.sin6_addr, text.data(), text.size()))
      return {text.data(), ntohs(ip6.sin6_port)};
  }
  return {};
}

bool is_private_address(std::string_view text) {
  const std::string address(text.substr(0, text.find('%')));  // without a zone
  in_addr ip4{};
  if (::inet_pton(AF_INET, address.c_str(), &ip4) == 1) return is_private(ntohl(ip4.s_addr));
  Bytes bytes{};
  return ::inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1 && is_private(bytes);
}

}  // namespace spritefarm::system
