#pragma once

#include <string>

namespace spritefarm::system {

/// A new private directory (mode 0700) in $TMPDIR or /tmp. The destructor removes it with its contents; if
/// that fails, the directory stays. The constructor throws std::system_error.
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
