#include "text/clock_time.hpp"

#include <fmt/format.h>

#include <ctime>

namespace spritefarm::text {

std::string clock_time(std::chrono::nanoseconds left) {
  const std::time_t then = std::chrono::system_clock::to_time_t(
      std::chrono::system_clock::now() + std::chrono::round<std::chrono::seconds>(left));
  std::tm local{};
  ::localtime_r(&then, &local);
  return fmt::format("{:02}:{:02}:{:02}", local.tm_hour, local.tm_min, local.tm_sec);
}

}  // namespace spritefarm::text
