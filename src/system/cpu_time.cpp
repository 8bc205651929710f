#include "system/cpu_time.hpp"

#include "posix/check.hpp"

#include <pthread.h>

#include <system_error>

namespace spritefarm::system {

ThreadClock::ThreadClock() {
  if (const int error = ::pthread_getcpuclockid(::pthread_self(), &m_clock))
    throw std::system_error(error, std::generic_category(), "pthread_getcpuclockid");
}

std::chrono::nanoseconds ThreadClock::now() const {
  timespec now{};
  posix::check(::clock_gettime(m_clock, &now), "clock_gettime");
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

void spend_cpu_time(std::chrono::nanoseconds time) {
  if (time.count() <= 0) return;
  const ThreadClock clock;
  for (const auto end = clock.now() + time; clock.now() < end;) continue;
}

}  // namespace spritefarm::system
