#pragma once

#include "posix/fd.hpp"

#include <string>

namespace spritefarm::test {

/// Captures the standard error of this process and of those that it forks, until it is destroyed. Owned by a
/// test; one at a time.
class CapturedStderr {
 public:
  CapturedStderr();
  CapturedStderr(const CapturedStderr&) = delete;
  CapturedStderr& operator=(const CapturedStderr&) = delete;
  ~CapturedStderr();

  /// The text that has been written so far.
  [[nodiscard]] std::string text() const;

 private:
  posix::Fd m_file, m_before;
};

}  // namespace spritefarm::test
