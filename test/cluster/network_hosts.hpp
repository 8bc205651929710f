#pragma once

#include <string>

namespace spritefarm::test {

/// Network namespaces that stand for hosts, on a bridge of this host. Needs root and ip(8). The destructor
/// deletes them. Throws std::runtime_error with the words of ip(8).
class NetworkHosts {
 public:
  explicit NetworkHosts(int count);
  NetworkHosts(const NetworkHosts&) = delete;
  NetworkHosts& operator=(const NetworkHosts&) = delete;
  ~NetworkHosts();

  [[nodiscard]] int count() const noexcept { return m_count; }
  /// The name of a host's namespace.
  [[nodiscard]] std::string network(int host) const;
  [[nodiscard]] std::string address(int host) const;
  /// The address of this host on the bridge.
  [[nodiscard]] std::string outside() const { return m_prefix + "1"; }

  /// Pulls a host's cable, and plugs it in again.
  void cut(int host);
  void heal(int host);
  /// Two hosts no longer reach each other, although all others reach them. join() ends that.
  void part(int one, int other);
  void join(int one, int other);

 private:
  void remove() const;

  const int m_count;
  const std::string m_name, m_prefix;
};

}  // namespace spritefarm::test
