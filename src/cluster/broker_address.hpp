#pragma once

#include <spritefarm/cluster.hpp>

#include <string>
#include <vector>

namespace spritefarm::cluster {

/// One broker, as a connection needs it.
struct BrokerAddress {
  std::string host;
  int port = 0;
  std::string vhost;
  std::string user;
  std::string password;
  bool is_encrypted = false;

  /// The address without the password, for messages.
  [[nodiscard]] std::string text() const;
  /// Whether the host is this machine, by one of its usual names.
  [[nodiscard]] bool is_loopback() const;
};

/// The brokers of a URL list, with the password from where Broker says. Throws std::invalid_argument if there
/// is no URL or one is malformed, and std::runtime_error if the password file cannot be read.
std::vector<BrokerAddress> broker_addresses(const Broker& broker);

/// Writes one warning for each broker of another machine whose connection would not be encrypted.
void warn_of_plain_text(const std::vector<BrokerAddress>& brokers);

/// Throws std::invalid_argument unless the group is 1 to 64 letters, digits, '-' and '_'.
void check_group(const std::string& group);

}  // namespace spritefarm::cluster
