#pragma once

#include "mirror/mirror_options.hpp"
#include "system/child_process.hpp"

#include <string>

namespace spritefarm::mirror {

/// A Mirror in a child process, for --demo and the benchmarks. It takes no time from the measured threads,
/// and the caller can still fork. The child ends with this object and with the caller, even if SIGKILL ends
/// the caller. Make it while the caller has one thread. The constructor throws std::runtime_error if the
/// mirror cannot start.
class MirrorProcess {
 public:
  explicit MirrorProcess(const MirrorOptions& options);

  /// "http://127.0.0.1:PORT/api/v2/"
  [[nodiscard]] const std::string& base_url() const noexcept { return m_base_url; }
  [[nodiscard]] pid_t pid() const noexcept { return m_child.pid(); }

 private:
  system::ChildProcess m_child;
  std::string m_base_url;
};

}  // namespace spritefarm::mirror
