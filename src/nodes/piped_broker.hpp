#pragma once

#include <iosfwd>
#include <string>

namespace spritefarm::nodes {

/// What SshNodes writes to the standard input of `spritefarm node --stdin`: two lines.
struct PipedBroker {
  std::string url;
  std::string password;  ///< may be empty
};

/// Throws std::invalid_argument if a line has a newline or is longer than a broker needs.
std::string to_lines(const PipedBroker& broker);
/// Throws std::invalid_argument if there are no two such lines.
PipedBroker read_lines(std::istream& from);

}  // namespace spritefarm::nodes
