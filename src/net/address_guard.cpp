#include "net/address_guard.hpp"

#include "net/url.hpp"
#include "system/ip_address.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>

namespace spritefarm::net {
namespace {

/// The port in a proxy's address as curl has it: [scheme://][user:password@]host[:port].
int port_of_proxy(std::string_view proxy) {
  constexpr int default_port = 1080, default_https_port = 443;
  const bool is_https = proxy.starts_with("https://");
  if (const std::size_t scheme = proxy.find("://"); scheme != proxy.npos) proxy.remove_prefix(scheme + 3);
  proxy = proxy.substr(0, proxy.find('/'));
  const std::size_t colon = proxy.rfind(':');
  const bool has_port = colon != proxy.npos && proxy.find(']', colon) == proxy.npos;
  const int port = has_port ? std::atoi(std::string(proxy.substr(colon + 1)).c_str()) : 0;
  return port != 0 ? port : is_https ? default_https_port : default_port;
}

}  // namespace

std::vector<int> proxy_ports(const HttpOptions& options) {
  std::vector<int> ports;
  const auto add = [&](std::string_view proxy) {
    if (!proxy.empty()) ports.push_back(port_of_proxy(proxy));
  };
  if (options.proxy) {
    add(*options.proxy);
    return ports;
  }
  for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
    if (const char* const value = std::getenv(name)) add(value);
  return ports;
}

AddressGuard::AddressGuard(const HttpOptions& options, HostTable& hosts)
    : m_is_on(!options.home.empty() && !options.allow_private),
      m_hosts(hosts),
      m_proxy_ports(proxy_ports(options)) {
  if (const std::optional<Url> home = parse_url(options.home)) {
    std::string_view host = home->host;
    if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
    if (system::is_private_address(host)) hosts.learn_home(HomeNetwork::local);
  }
}

bool AddressGuard::is_proxy(int port) const noexcept {
  return std::find(m_proxy_ports.begin(), m_proxy_ports.end(), port) != m_proxy_ports.end();
}

bool AddressGuard::admits(std::string_view address, int port, bool is_home) noexcept {
  if (!m_is_on || address.empty() || is_proxy(port)) return true;
  const bool is_private = system::is_private_address(address);
  if (is_home) m_hosts.learn_home(is_private ? HomeNetwork::local : HomeNetwork::internet);
  return !is_private || m_hosts.home() == HomeNetwork::local;
}

bool AddressGuard::may_connect(std::string_view address, int port) const noexcept {
  return !m_is_on || m_hosts.home() != HomeNetwork::internet || is_proxy(port) ||
         !system::is_private_address(address);
}

}  // namespace spritefarm::net
