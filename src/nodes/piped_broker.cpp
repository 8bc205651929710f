#include "nodes/piped_broker.hpp"

#include <array>
#include <istream>
#include <stdexcept>
#include <string_view>

namespace spritefarm::nodes {
namespace {

constexpr std::size_t max_line = 4096;

std::string read_line(std::istream& from) {
  std::array<char, max_line + 2> line{};  // with the newline and a NUL
  from.getline(line.data(), line.size());
  if (!from || from.eof())
    throw std::invalid_argument("--stdin: standard input has no two lines of at most 4096 bytes");
  return {line.data(), static_cast<std::size_t>(from.gcount()) - 1};
}

}  // namespace

std::string to_lines(const PipedBroker& broker) {
  std::string lines;
  for (const std::string_view line : {std::string_view(broker.url), std::string_view(broker.password)}) {
    if (line.size() > max_line || line.find('\n') != line.npos)
      throw std::invalid_argument("the broker's address or password is no line of at most 4096 bytes");
    lines += line;
    lines += '\n';
  }
  return lines;
}

PipedBroker read_lines(std::istream& from) {
  PipedBroker broker;
  broker.url = read_line(from);
  broker.password = read_line(from);
  return broker;
}

}  // namespace spritefarm::nodes
