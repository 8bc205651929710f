#pragma once

#include "text/json_writer.hpp"

#include <string>
#include <vector>

namespace spritefarm::bench {

/// What one needs to know of a measurement to repeat it: the command, as one would type it (passwords in URLs are left
/// out), when it began, on which machine, with what.
class Environment {
 public:
  /// For `spritefarm` with these arguments, which begins now.
  explicit Environment(const std::vector<std::string>& arguments);

  [[nodiscard]] const std::string& command() const noexcept { return m_command; }
  /// As members of the object that is begun.
  void write(text::JsonWriter& json) const;

 private:
  std::string m_command, m_began;
};

}  // namespace spritefarm::bench
