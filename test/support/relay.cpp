#include "support/relay.hpp"

#include "support/program.hpp"

#include <utility>

namespace spritefarm::test {

Relay::Relay(std::uint16_t server_port, std::vector<std::string> line)
    : m_server_port(server_port), m_line(std::move(line)) {
  start();
}

std::vector<std::string> Relay::connect_to() const {
  return {"--connect-to",
          "127.0.0.1:" + std::to_string(m_server_port) + ":127.0.0.1:" + std::to_string(m_port)};
}

void Relay::stop() {
  m_process.reset();
}

void Relay::start() {
  Command command{.arguments = {program_path().parent_path() / "delay-relay", "--listen",
                                std::to_string(m_port), "--to", std::to_string(m_server_port)}};
  command.arguments.insert(command.arguments.end(), m_line.begin(), m_line.end());
  m_process = std::make_unique<Subprocess>(std::move(command));
  m_port = static_cast<std::uint16_t>(std::stoi(m_process->read_line()));
}

}  // namespace spritefarm::test
