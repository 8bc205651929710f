#pragma once

#include <string>

namespace spritefarm::system {

/// A new directory below the system's temporary one ($TMPDIR), that only this user can use. It is removed with all that
/// is in it when this object goes; silently left where that cannot be. The constructor throws std::system_error.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();

  [[nodiscard]] const std::string& path() const noexcept { return m_path; }

 private:
  std::string m_path;
};

}  // namespace spritefarm::system
