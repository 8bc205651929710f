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
  if (!::mkdtemp(m_path.data())) posix::throw_errno("cannot make the temporary folder '" + m_path + "'");
}

TemporaryDirectory::~TemporaryDirectory() {
  // Processes that write to it may have been killed just now: they have ended when this fails no more.
  std::error_code failed;
  for (int tries = 0; tries < 50; ++tries) {
    std::filesystem::remove_all(m_path, failed);
    if (!failed) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace spritefarm::system
