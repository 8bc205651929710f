#pragma once

#include <filesystem>
#include <string>

namespace spritefarm::test {

/// A new directory in $TMPDIR or /tmp. The destructor removes it with its contents. Throws std::system_error.
class TempDir {
 public:
  TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return m_path; }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return m_path / name; }

 private:
  std::filesystem::path m_path;
};

}  // namespace spritefarm::test
