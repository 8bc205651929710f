#pragma once

#include "net/host_table.hpp"
#include "net/http_client.hpp"

#include <string_view>
#include <vector>

namespace spritefarm::net {

/// The ports of the proxies that requests may go to.
std::vector<int> proxy_ports(const HttpOptions& options);

/// Keeps a public API from leading to the private network of this machine: its links, redirects and names may
/// say whatever they like, the address of the connected peer decides. An API that is itself reached at a
/// private address may lead anywhere. The workers learn together, in the HostTable, which kind it is.
///
/// What goes through a proxy is the proxy's to decide: its connections are known by their port.
class AddressGuard {
 public:
  AddressGuard(const HttpOptions& options, HostTable& hosts);

  /// Whether a request may be sent to this peer. If it goes `home`, its peer tells which kind the API is of.
  bool admits(std::string_view address, int port, bool is_home) noexcept;
  /// Whether a connection to this address may be tried. The peer of a connection is checked again.
  [[nodiscard]] bool may_connect(std::string_view address, int port) const noexcept;
  /// Whether no request has told yet which kind the API is of.
  [[nodiscard]] bool must_learn() const noexcept { return m_is_on && m_hosts.home() == HomeNetwork::unknown; }

 private:
  [[nodiscard]] bool is_proxy(int port) const noexcept;

  const bool m_is_on;
  HostTable& m_hosts;
  const std::vector<int> m_proxy_ports;
};

}  // namespace spritefarm::net
