#pragma once

#include "mirror/mirror_options.hpp"
#include "system/child_process.hpp"

#include <string>

namespace spritefarm::mirror {

/// A Mirror in a child process of its own, for --demo and the benchmarks: it takes no time from the threads
/// that are measured, and no thread of its keeps the caller from forking. It ends with this object, or with
/// the caller, whatever ends that. Make it while the caller has one thread. The constructor throws
/// std::runtime_error if the mirror cannot be had.
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
