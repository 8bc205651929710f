#pragma once

#include <chrono>
#include <string>

namespace spritefarm::text {

/// The time of day, in the local time zone, after `left` has passed: "14:05:09".
std::string clock_time(std::chrono::nanoseconds left);

}  // namespace spritefarm::text
