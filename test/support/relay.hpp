#pragma once

#include "support/subprocess.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace spritefarm::test {

/// A running delay-relay in front of a server on loopback. The destructor ends it. Owned by the test. Throws
/// std::runtime_error if it does not start.
class Relay {
 public:
  /// `line` are options of delay-relay.
  explicit Relay(std::uint16_t server_port, std::vector<std::string> line = {});

  [[nodiscard]] std::uint16_t port() const noexcept { return m_port; }
  /// The option that leads a program from the server to this relay.
  [[nodiscard]] std::vector<std::string> connect_to() const;

  /// Refuses connections and breaks those that are open, until start().
  void stop();
  void start();

 private:
  const std::uint16_t m_server_port;
  const std::vector<std::string> m_line;
  std::uint16_t m_port = 0;
  std::unique_ptr<Subprocess> m_process;
};

}  // namespace spritefarm::test
