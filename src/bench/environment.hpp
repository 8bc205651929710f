#pragma once

#include "text/json_writer.hpp"

#include <string>
#include <vector>

namespace spritefarm::bench {

/// All that is needed to repeat a measurement: the command as typed in a shell, without passwords in URLs;
/// the time of its start; the machine; the versions.
class Environment {
 public:
  /// `arguments` follow `spritefarm`. The start is now.
  explicit Environment(const std::vector<std::string>& arguments);

  [[nodiscard]] const std::string& command() const noexcept { return m_command; }
  /// Adds members to the current object of `json`.
  void write(text::JsonWriter& json) const;

 private:
  std::string m_command, m_began;
};

}  // namespace spritefarm::bench
