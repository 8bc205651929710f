#include "system/temporary_directory.hpp"

#include "posix/check.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <thread>

namespace spritefarm::system {

TemporaryDirectory::TemporaryDirectory()
    : m_path((std::filesystem::temp_directory_path() / "spritefarm-XXXXXX").string()) {
  if (!::mkdtemp(m_path.data())) posix::throw_errno("cannot create the temporary directory '" + m_path + "'");
}

TemporaryDirectory::~TemporaryDirectory() {
  // Killed processes may still be writing to it for a moment: try again until they have ended.
  std::error_code failed;
  for (int attempt = 0; attempt < 50; ++attempt) {
    std::filesystem::remove_all(m_path, failed);
    if (!failed) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace spritefarm::system
