#pragma once

#include "posix/fd.hpp"

#include <string>

namespace spritefarm::test {

/// Takes what this process, and those that it forks observer, write to standard error, as long as it lives. Owned by a
/// test, one at a time.
class CapturedStderr {
 public:
  CapturedStderr();
  CapturedStderr(const CapturedStderr&) = delete;
  CapturedStderr& operator=(const CapturedStderr&) = delete;
  ~CapturedStderr();

  /// What has been written so far.
  [[nodiscard]] std::string text() const;

 private:
  posix::Fd m_file, m_before;
};

}  // namespace spritefarm::test
