#pragma once

#include <time.h>

#include <chrono>

namespace spritefarm::system {

/// The CPU time of the thread that has created it. Any thread reads it while that one lives. Throws
/// std::system_error.
class ThreadClock {
 public:
  ThreadClock();
  [[nodiscard]] std::chrono::nanoseconds now() const;

 private:
  clockid_t m_clock{};
};

/// Busy-waits until the calling thread has used `time` more of CPU time. Throws std::system_error if the
/// clock cannot be read.
void spend_cpu_time(std::chrono::nanoseconds time);

}  // namespace spritefarm::system
