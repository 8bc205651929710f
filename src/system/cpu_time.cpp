#include "system/cpu_time.hpp"

#include "posix/check.hpp"

#include <ctime>

namespace spritefarm::system {
namespace {

std::chrono::nanoseconds thread_cpu_time() {
  std::timespec now{};
  posix::check(::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now), "clock_gettime");
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace

void spend_cpu_time(std::chrono::nanoseconds time) {
  if (time.count() <= 0) return;
  for (const auto end = thread_cpu_time() + time; thread_cpu_time() < end;) continue;
}

}  // namespace spritefarm::system
