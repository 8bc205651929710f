#include "farm/worker_sandbox.hpp"

#include "net/address_guard.hpp"
#include "net/url.hpp"

#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace spritefarm::farm {
namespace {

std::uint16_t port_in(std::string_view text) {
  std::uint16_t port = 0;
  std::from_chars(text.data(), text.data() + text.size(), port);
  return port;
}

/// HOST2's port in HOST1:PORT1:HOST2:PORT2; 0 if it is not replaced.
std::uint16_t port_of_connect_to(std::string_view rule) {
  return port_in(rule.substr(rule.rfind(':') + 1));
}

std::vector<std::uint16_t> ports_of(const WorkerSettings& settings, const std::string& base_url) {
  constexpr std::uint16_t http = 80, https = 443, domain = 53, dns_over_tls = 853;
  const std::optional<net::Url> base = net::parse_url(base_url);
  if (!base || (base->port != "80" && base->port != "443")) return {};
  std::vector<std::uint16_t> ports{http, https, domain, dns_over_tls};
  for (const std::string& rule : settings.http.connect_to)
    if (const std::uint16_t port = port_of_connect_to(rule)) ports.push_back(port);
  for (const int port : net::proxy_ports(settings.http)) ports.push_back(static_cast<std::uint16_t>(port));
  return ports;
}

}  // namespace

system::SandboxRules worker_rules(const WorkerSettings& settings, const std::string& base_url) {
  system::SandboxRules rules{.readable = system::files_of_the_network(),
                             .ports = ports_of(settings, base_url)};
  if (!settings.dry_run) rules.writable.push_back(settings.output);
  for (const std::string& path : {settings.http.ca_file, settings.http.ca_directory})
    if (!path.empty()) rules.readable.push_back(path);
  for (const char* name : {"OPENSSL_CONF", "HOSTALIASES"})
    if (const char* const path = std::getenv(name)) rules.readable.emplace_back(path);
  return rules;
}

}  // namespace spritefarm::farm
