#include "cluster/network_hosts.hpp"

#include "support/subprocess.hpp"

#include <unistd.h>

#include <sstream>
#include <stdexcept>
#include <vector>

namespace spritefarm::test {
namespace {

/// Runs ip(8). Returns what it says of a failure, or nothing.
std::string try_ip(const std::string& arguments) {
  Command command{.arguments = {"ip"}};
  std::istringstream words(arguments);
  for (std::string word; words >> word;) command.arguments.push_back(word);
  const Outcome outcome = run(std::move(command));
  return outcome.exit_status == 0 ? std::string() : "ip " + arguments + ": " + outcome.err;
}

void ip(const std::string& arguments) {
  if (const std::string failure = try_ip(arguments); !failure.empty()) throw std::runtime_error(failure);
}

}  // namespace

NetworkHosts::NetworkHosts(int count)
    : m_count(count),
      m_name("sf" + std::to_string(::getpid())),
      m_prefix("10.88." + std::to_string(::getpid() % 250) + '.') {
  try {
    ip("link add " + m_name + "b type bridge");
    ip("addr add " + outside() + "/24 dev " + m_name + "b");
    ip("link set " + m_name + "b up");
    for (int i = 0; i < m_count; ++i) {
      const std::string cable = m_name + 'c' + std::to_string(i);
      ip("netns add " + network(i));
      ip("link add " + cable + " type veth peer name eth0 netns " + network(i));
      ip("link set " + cable + " master " + m_name + "b up");
      ip("-n " + network(i) + " addr add " + address(i) + "/24 dev eth0");
      ip("-n " + network(i) + " link set eth0 up");
      ip("-n " + network(i) + " link set lo up");
    }
  } catch (...) {
    remove();
    throw;
  }
}

NetworkHosts::~NetworkHosts() {
  remove();
}

/// As much as there is of it.
void NetworkHosts::remove() const {
  for (int i = 0; i < m_count; ++i) {
    try_ip("link del " + m_name + 'c' + std::to_string(i));
    try_ip("netns del " + network(i));
  }
  try_ip("link del " + m_name + 'b');
}

std::string NetworkHosts::network(int host) const {
  return m_name + 'h' + std::to_string(host);
}

std::string NetworkHosts::address(int host) const {
  return m_prefix + std::to_string(host + 11);
}

void NetworkHosts::cut(int host) {
  ip("link set " + m_name + 'c' + std::to_string(host) + " down");
}

void NetworkHosts::heal(int host) {
  ip("link set " + m_name + 'c' + std::to_string(host) + " up");
}

void NetworkHosts::part(int one, int other) {
  ip("-n " + network(one) + " route add blackhole " + address(other));
  ip("-n " + network(other) + " route add blackhole " + address(one));
}

void NetworkHosts::join(int one, int other) {
  ip("-n " + network(one) + " route del blackhole " + address(other));
  ip("-n " + network(other) + " route del blackhole " + address(one));
}

}  // namespace spritefarm::test
