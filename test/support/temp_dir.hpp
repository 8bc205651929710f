#pragma once

#include <filesystem>
#include <string>

namespace spritefarm::test {

/// A new folder of its own below the system's temporary one, removed with all that is in it at the end.
/// Throws std::system_error where none can be made.
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
