#include "cluster/broker_address.hpp"

#include "base/message.hpp"
#include "cluster/rabbitmq.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace spritefarm::cluster {
namespace {

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

std::string password_of_environment() {
  if (std::string password = variable("SPRITEFARM_BROKER_PASSWORD"); !password.empty()) return password;
  const std::string file = variable("SPRITEFARM_BROKER_PASSWORD_FILE");
  if (file.empty()) return {};
  std::ifstream lines(file);
  std::string first;
  if (!std::getline(lines, first))
    throw std::runtime_error("cannot read the broker's password from " + file +
                             ": check $SPRITEFARM_BROKER_PASSWORD_FILE");
  return first;
}

/// `password`: takes precedence over that of the URL, if it is not empty.
BrokerAddress parse(std::string url, const std::string& password) {
  const std::string shown = url.substr(url.rfind('@') == std::string::npos ? 0 : url.rfind('@') + 1);
  amqp_connection_info parts;
  amqp_default_connection_info(&parts);
  // It writes into the text.
  if (amqp_parse_url(url.data(), &parts) != AMQP_STATUS_OK)
    throw std::invalid_argument("the address of the broker ('" + shown +
                                "') is malformed: use amqps://USER@HOST:PORT/VHOST");
  const std::string vhost = parts.vhost;
  return {.host = parts.host,
          .port = parts.port,
          .vhost = vhost.empty() ? "/" : vhost,
          .user = parts.user,
          .password = password.empty() ? parts.password : password,
          .is_encrypted = parts.ssl != 0};
}

}  // namespace

std::string BrokerAddress::text() const {
  return (is_encrypted ? "amqps://" : "amqp://") + user + '@' + host + ':' + std::to_string(port) + '/' +
         (vhost == "/" ? "" : vhost);
}

bool BrokerAddress::is_loopback() const {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

std::vector<BrokerAddress> broker_addresses(const Broker& given) {
  const Broker broker = with_environment(given);
  std::istringstream urls(broker.url);
  std::vector<BrokerAddress> found;
  for (std::string url; std::getline(urls, url, ',');)
    if (!url.empty()) found.push_back(parse(url, broker.password));
  if (found.empty())
    throw std::invalid_argument("no broker is given: set $SPRITEFARM_BROKER to amqps://USER@HOST:PORT/VHOST");
  return found;
}

void warn_of_plain_text(const std::vector<BrokerAddress>& brokers) {
  for (const BrokerAddress& each : brokers)
    if (!each.is_encrypted && !each.is_loopback())
      report_message({"warning: the connection to ", each.text(),
                      " is not encrypted, and who can read it can run code on the nodes: use amqps://"});
}

void check_group(const std::string& group) {
  const auto is_allowed = [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; };
  if (group.empty() || group.size() > 64 || !std::all_of(group.begin(), group.end(), is_allowed))
    throw std::invalid_argument("the group '" + group + "' must be 1 to 64 letters, digits, '-' and '_'");
}

}  // namespace spritefarm::cluster

namespace spritefarm {

Broker with_environment(Broker broker) {
  if (broker.url.empty()) broker.url = cluster::variable("SPRITEFARM_BROKER");
  if (broker.password.empty()) broker.password = cluster::password_of_environment();
  return broker;
}

}  // namespace spritefarm
